package io.iambridge.server.plan.model;

import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.input.EarlierShared;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.PlanInput;
import io.iambridge.server.plan.input.PresentTrust;
import io.iambridge.server.plan.trust.Former;
import io.iambridge.server.plan.trust.Grant;
import io.iambridge.server.plan.trust.Merged;
import io.iambridge.server.plan.trust.Subject;
import io.iambridge.server.plan.trust.TrustDocument;
import io.iambridge.server.plan.trust.TrustMerge;
import io.iambridge.server.plan.trust.Universe;
import io.iambridge.server.roles.RoleArn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Puts together what all planned namespaces ask of each role, so that its one new trust policy is
 * the same whichever namespace's folder it is taken from.
 */
final class TrustWorks {
  private final PlanInput input;
  private final Routes routes;
  private final SortedMap<RoleArn, Use> uses =
      new TreeMap<>(Comparator.comparing(RoleArn::toString));
  private final List<Subject> accounts = new ArrayList<>();
  private final Set<String> staying;

  TrustWorks(PlanInput input, Routes routes) {
    staying = input.staying();
    this.input = input;
    this.routes = routes;
    for (NamespaceFacts namespace : input.namespaces()) {
      namespace
          .accounts()
          .forEach(account -> accounts.add(new Subject(namespace.name(), account.name())));
    }
  }

  private static final class Use {
    final SortedMap<String, SortedSet<Subject>> byAudience = new TreeMap<>();
    final SortedMap<String, SortedSet<String>> podIdentity = new TreeMap<>();
    final SortedMap<String, Grant.Chain> chains = new TreeMap<>();
    Optional<RoleArn> chainsTo = Optional.empty();
    final SortedSet<String> namespaces = new TreeSet<>();
    final SortedSet<String> others = new TreeSet<>();
    final Set<Subject> known = new TreeSet<>();
  }

  /** A namespace that is planned for. */
  void add(NamespaceFacts namespace, AccountSplit.Result split) {
    for (WorkloadWork workload : split.workloads()) {
      Subject subject = new Subject(namespace.name(), workload.to());
      accounts.add(subject);
      workload.role().ifPresent(role -> add(namespace, role, subject));
    }
  }

  private void add(NamespaceFacts namespace, RoleArn role, Subject subject) {
    Use of = use(role);
    of.namespaces.add(namespace.name());
    Optional<RoleArn> via = routes.via(role, namespace.target());
    if (via.isPresent()) {
      boolean tags = namespace.target() == Target.POD_IDENTITY;
      of.chains.merge(
          via.get().toString(),
          new Grant.Chain(via.get(), tags),
          (one, other) -> new Grant.Chain(via.get(), one.tags() || other.tags()));
      of = use(via.get());
      of.chainsTo = Optional.of(role);
      of.namespaces.add(namespace.name());
    }
    if (namespace.target() == Target.IRSA) {
      SortedMap<String, SortedSet<Subject>> byAudience = of.byAudience;
      Audiences.legal(namespace, subject.account())
          .ifPresent(audience ->
              byAudience.computeIfAbsent(audience, any -> new TreeSet<>()).add(subject));
    } else {
      of.podIdentity
          .computeIfAbsent(namespace.name(), any -> new TreeSet<>())
          .add(subject.account());
    }
  }

  /** A namespace that is not: it may use the same roles. */
  void addOther(NamespaceFacts namespace, List<Want> wants) {
    for (Want want : wants) {
      want.role()
          .filter(role -> uses.containsKey(role))
          .ifPresent(role -> {
            Use use = use(role);
            use.others.add(namespace.name());
            use.known.add(new Subject(namespace.name(), want.workload().serviceAccount()));
          });
    }
  }

  private Use use(RoleArn role) {
    return uses.computeIfAbsent(role, any -> new Use());
  }

  /** The audiences by account of AWS whose roles are trusted by tokens, or of earlier plans. */
  SortedMap<String, SortedSet<String>> audiences() {
    SortedMap<String, SortedSet<String>> audiences = new TreeMap<>();
    uses.forEach((role, use) -> {
      if (!use.byAudience.isEmpty()) {
        audiences
            .computeIfAbsent(role.account(), any -> new TreeSet<>())
            .addAll(use.byAudience.keySet());
      }
    });
    if (!staying.isEmpty()) {
      input
          .earlier()
          .shared()
          .providers()
          .forEach((account, provider) ->
              audiences
                  .computeIfAbsent(account, any -> new TreeSet<>())
                  .addAll(provider.audiences()));
    }
    return audiences;
  }

  /** All roles, in order. */
  Collection<TrustWork> works() {
    TrustMerge merge =
        new TrustMerge(
            new Universe(new TreeSet<>(accounts)), planned(), input.settings().trustPolicyQuota());
    List<TrustWork> works = new ArrayList<>();
    Map<RoleArn, String> files = FileNames.of(uses.keySet(), this::file);
    uses.forEach(
        (role, use) -> works.add(work(role, files.getOrDefault(role, file(role)), use, merge)));
    works.addAll(carried());
    works.sort(Comparator.comparing(work -> work.role().toString()));
    return works;
  }

  private Set<String> planned() {
    Set<String> planned = new TreeSet<>();
    input.namespaces().stream()
        .filter(NamespaceFacts::planned)
        .forEach(namespace -> planned.add(namespace.name()));
    return planned;
  }

  private TrustWork work(RoleArn role, String file, Use use, TrustMerge merge) {
    PresentTrust present =
        input.trust().getOrDefault(role, new PresentTrust.NotReadable("it was not asked for"));
    boolean known = present instanceof PresentTrust.Known;
    TrustDocument before =
        present instanceof PresentTrust.Known(TrustDocument document)
            ? document
            : TrustDocument.empty();
    Optional<EarlierShared.Role> earlier = staying(role, use);
    TrustDocument base = earlier.map(of -> base(role, of, present)).orElse(before);
    Merged all = merge.merge(base, grants(role, use));
    Merged merged =
        new Merged(
            all.document(),
            !all.document().equals(before),
            all.folds(),
            all.strangers().stream().filter(account -> !use.known.contains(account)).toList(),
            all.quota());
    Set<String> principals = Set.copyOf(input.settings().serverPrincipals());
    return new TrustWork(
        role,
        file,
        present,
        known ? Optional.of(former(role, use, before)) : Optional.empty(),
        merged,
        known ? Optional.of(merged.document().without(principals)) : Optional.empty(),
        use.chainsTo,
        List.copyOf(namespaces(use, earlier)),
        List.copyOf(use.others));
  }

  /** What the way back leads to. */
  private TrustDocument former(RoleArn role, Use use, TrustDocument present) {
    return Former.before(
        present,
        input.earlier().of(role, use.namespaces),
        input.earlier().others(role, use.namespaces));
  }

  /** One of ours that is also needed by namespaces that stay. */
  private Optional<EarlierShared.Role> staying(RoleArn role, Use use) {
    return use.chainsTo.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(input.earlier().shared().roles().get(role))
            .filter(earlier -> !earlier.namespaces(staying).isEmpty());
  }

  private SortedSet<String> namespaces(Use use, Optional<EarlierShared.Role> earlier) {
    SortedSet<String> all = new TreeSet<>(use.namespaces);
    earlier.ifPresent(role -> all.addAll(role.namespaces(staying)));
    return all;
  }

  /** What has all that those need, and all that is there now. */
  private static TrustDocument base(
      RoleArn role, EarlierShared.Role earlier, PresentTrust present) {
    if (!(present instanceof PresentTrust.Known(TrustDocument now))) {
      return earlier.policy();
    }
    if (now.hasAll(earlier.policy())) {
      return now;
    }
    // Nobody has changed it since that plan.
    if (!earlier.present().equals(Optional.of(now))) {
      throw new IllegalArgumentException(
          "%s is not yet trusted as an earlier plan for others wants it (%s): do its 00-shared first, plan for all of them together, or name another folder"
              .formatted(role, String.join(", ", earlier.namespaces())));
    }
    return earlier.policy();
  }

  /** Ours that only namespaces need that stay, as earlier plans have them. */
  private List<TrustWork> carried() {
    List<TrustWork> works = new ArrayList<>();
    input
        .earlier()
        .shared()
        .roles()
        .forEach((role, earlier) -> {
          SortedSet<String> needed = earlier.namespaces(staying);
          if (!uses.containsKey(role) && !needed.isEmpty()) {
            PresentTrust present =
                earlier
                    .present()
                    .<PresentTrust>map(PresentTrust.Known::new)
                    .orElseGet(PresentTrust.NoRole::new);
            works.add(
                new TrustWork(
                    role,
                    file(role),
                    present,
                    earlier.before(),
                    new Merged(
                        earlier.policy(),
                        !earlier.present().equals(Optional.of(earlier.policy())),
                        List.of(),
                        List.of(),
                        input.settings().trustPolicyQuota()),
                    earlier.retired(),
                    Optional.of(earlier.chainsTo()),
                    List.copyOf(needed),
                    List.of()));
          }
        });
    return works;
  }

  private List<Grant> grants(RoleArn role, Use use) {
    List<Grant> grants = new ArrayList<>();
    String provider = input.cluster().provider(role.partition(), role.account());
    use.byAudience.forEach(
        (audience, subjects) -> grants.add(new Grant.WebIdentity(provider, audience, subjects)));
    String account = input.cluster().account();
    if (input.settings().podIdentityTags()) {
      use.podIdentity.forEach((namespace, names) ->
          grants.add(
              new Grant.PodIdentity(
                  input.cluster().arn(),
                  account,
                  Optional.of(new Grant.Tagged(namespace, names)))));
    } else if (!use.podIdentity.isEmpty()) {
      grants.add(new Grant.PodIdentity(input.cluster().arn(), account, Optional.empty()));
    }
    grants.addAll(use.chains.values());
    return grants;
  }

  private String file(RoleArn role) {
    return role.account().equals(input.cluster().account())
        ? role.name()
        : role.account() + "." + role.name();
  }
}
