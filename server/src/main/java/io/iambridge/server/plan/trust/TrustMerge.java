package io.iambridge.server.plan.trust;

import io.iambridge.server.plan.trust.Grant.Chain;
import io.iambridge.server.plan.trust.Grant.PodIdentity;
import io.iambridge.server.plan.trust.Grant.WebIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Adds what a role is to trust to its trust policy. All statements that are there stay; what they
 * let in already is not added again, whoever wrote them. What is missing goes into a statement with
 * a Sid of ours. Merging the same again changes nothing.
 */
public final class TrustMerge {
  static final Set<String> POD_IDENTITY_ACTIONS = Set.of("sts:AssumeRole", "sts:TagSession");

  private final Universe universe;
  private final Set<String> planned;
  private final int quota;

  /**
   * @param universe of service accounts, against which wildcards are proved
   * @param planned namespaces of which the grants name all accounts that are meant
   * @param quota how many characters a trust policy may have
   */
  public TrustMerge(Universe universe, Set<String> planned, int quota) {
    this.universe = universe;
    this.planned = Set.copyOf(planned);
    this.quota = quota;
  }

  /** The policy with all grants; subjects are folded only when it would be too long otherwise. */
  public Merged merge(TrustDocument present, List<? extends Grant> grants) {
    TrustDocument document = present;
    List<Subject> strangers = new ArrayList<>();
    for (Grant grant : grants) {
      document =
          switch (grant) {
            case WebIdentity web -> webIdentity(document, web, strangers);
            case PodIdentity pod -> podIdentity(document, pod);
            case Chain chain -> chain(document, chain);
          };
    }
    List<Fold> folds = new ArrayList<>();
    for (Grant grant : grants) {
      if (grant instanceof WebIdentity web && document.size() > quota) {
        document = folded(document, web, folds);
      }
    }
    return new Merged(document, !document.equals(present), folds, strangers, quota);
  }

  private TrustDocument webIdentity(
      TrustDocument present, WebIdentity grant, List<Subject> strangers) {
    List<Statement> statements = new ArrayList<>(present.statements());
    Optional<Statement> own = own(statements, grant);
    SortedSet<String> values = new TreeSet<>();
    for (String value :
        own.flatMap(statement -> WebIdentityStatement.subjects(grant, statement))
            .orElse(List.of())) {
      keep(value, grant, strangers).ifPresent(kept -> values.add(kept));
    }
    for (Subject subject : grant.subjects()) {
      boolean there =
          values.stream().anyMatch(value -> Wildcard.matches(value, subject.toString()))
              || statements.stream()
                  .filter(statement -> !own.equals(Optional.of(statement)))
                  .anyMatch(statement -> WebIdentityStatement.admits(statement, grant, subject));
      if (!there) {
        values.add(subject.toString());
      }
    }
    if (values.isEmpty()) {
      own.ifPresent(statements::remove);
      return own.isPresent() ? present.with(statements) : present;
    }
    return replaced(
        present,
        statements,
        own,
        grant,
        sid -> WebIdentityStatement.of(grant, sid, List.copyOf(values)));
  }

  /** A value of an earlier plan: a wildcard that has become too wide is taken apart again. */
  private Optional<String> keep(String value, WebIdentity grant, List<Subject> strangers) {
    if (!Wildcard.isIn(value)) {
      return Optional.of(value);
    }
    List<Subject> others =
        universe.matching(value).stream()
            .filter(account -> !grant.subjects().contains(account))
            .toList();
    if (others.isEmpty()) {
      return Optional.of(value);
    }
    if (others.stream().allMatch(account -> planned.contains(account.namespace()))) {
      return Optional.empty();
    }
    strangers.addAll(others);
    return Optional.of(value);
  }

  private TrustDocument folded(TrustDocument document, WebIdentity grant, List<Fold> folds) {
    List<Statement> statements = new ArrayList<>(document.statements());
    Optional<Statement> own = own(statements, grant);
    List<String> values =
        own.flatMap(statement -> WebIdentityStatement.subjects(grant, statement)).orElse(List.of());
    List<String> wildcards = values.stream().filter(Wildcard::isIn).toList();
    SortedSet<Subject> exact = new TreeSet<>();
    List<String> odd = new ArrayList<>(wildcards);
    for (String value : values) {
      if (!Wildcard.isIn(value)) {
        subject(value).ifPresentOrElse(one -> exact.add(one), () -> odd.add(value));
      }
    }
    Function<List<String>, TrustDocument> with =
        subjects -> {
          SortedSet<String> all = new TreeSet<>(odd);
          all.addAll(subjects);
          return replaced(
              document,
              statements,
              own,
              grant,
              sid -> WebIdentityStatement.of(grant, sid, List.copyOf(all)));
        };
    SubjectFold.Folded result =
        SubjectFold.fold(exact, universe, subjects -> with.apply(subjects).size() <= quota);
    folds.addAll(result.folds());
    return result.folds().isEmpty() ? document : with.apply(result.values());
  }

  private static Optional<Subject> subject(String value) {
    String[] parts = value.split(":", -1);
    try {
      return value.startsWith(Subject.PREFIX) && parts.length == 4
          ? Optional.of(new Subject(parts[2], parts[3]))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static TrustDocument podIdentity(TrustDocument present, PodIdentity grant) {
    List<Statement> statements = new ArrayList<>(present.statements());
    Optional<Statement> own =
        statements.stream()
            .filter(statement ->
                statement.sid().equals(grant.sid())
                    && PodIdentityStatement.isOurs(grant, statement))
            .findFirst();
    if (grant.tagged().isEmpty()) {
      return PodIdentityStatement.admitted(statements, grant)
          ? present
          : replaced(
              present,
              statements,
              own,
              grant,
              sid -> PodIdentityStatement.of(grant, sid, List.of()));
    }
    SortedSet<String> accounts = new TreeSet<>();
    own.ifPresent(statement -> accounts.addAll(PodIdentityStatement.accounts(statement)));
    List<Statement> others =
        statements.stream().filter(one -> !own.equals(Optional.of(one))).toList();
    for (String account : grant.tagged().get().accounts()) {
      if (!PodIdentityStatement.admitted(others, grant, account)) {
        accounts.add(account);
      }
    }
    return accounts.isEmpty()
        ? present
        : replaced(
            present,
            statements,
            own,
            grant,
            sid -> PodIdentityStatement.of(grant, sid, List.copyOf(accounts)));
  }

  private static TrustDocument chain(TrustDocument present, Chain grant) {
    Set<String> actions = GrantStatement.actions(grant);
    List<Statement> statements = new ArrayList<>(present.statements());
    if (statements.stream()
        .anyMatch(one -> one.admits("AWS", grant.via().toString(), actions, Map.of()))) {
      return present;
    }
    return replaced(
        present, statements, Optional.empty(), grant, sid -> GrantStatement.chain(grant, sid));
  }

  private static Optional<Statement> own(List<Statement> statements, WebIdentity grant) {
    return statements.stream()
        .filter(statement -> statement.sid().startsWith(grant.sid()))
        .filter(statement -> WebIdentityStatement.subjects(grant, statement).isPresent())
        .findFirst();
  }

  private static TrustDocument replaced(
      TrustDocument document,
      List<Statement> statements,
      Optional<Statement> own,
      Grant grant,
      Function<String, Statement> made) {
    List<Statement> changed = new ArrayList<>(statements);
    if (own.isPresent()) {
      changed.set(changed.indexOf(own.get()), made.apply(own.get().sid()));
    } else {
      changed.add(made.apply(freeSid(statements, grant.sid())));
    }
    // So that a policy whose one statement stands alone is not rewritten for nothing.
    return changed.equals(statements) ? document : document.with(changed);
  }

  /** Somebody may have changed our statement by hand and kept its Sid, which IAM wants unique. */
  private static String freeSid(List<Statement> statements, String sid) {
    String free = sid;
    while (taken(statements, free)) {
      free += "x";
    }
    return free;
  }

  private static boolean taken(List<Statement> statements, String sid) {
    return statements.stream().anyMatch(statement -> statement.sid().equals(sid));
  }
}
