package io.iambridge.server.plan.model;

import io.iambridge.server.plan.input.AccountFacts;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.WorkloadFacts;
import io.iambridge.server.roles.RoleArn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Gives every role of a namespace a service account of its own, since an account has one role with
 * IRSA and Pod Identity alike.
 *
 * <h2>How it works</h2>
 *
 * The workloads of an account stay on it when all of them have the same role, and nobody on it has
 * none; or when the account has that role already. Otherwise each role's workloads go to a new
 * account, even where one of the roles could have kept the old one: EKS's webhook gives new pods
 * what their account's annotation says at once, so a workload that is not moved yet would become
 * somebody else with its next restart. Nobody is left on {@code default}: it is what pods get that
 * name no account, those that somebody will start tomorrow as well.
 */
final class AccountSplit {
  /** On an account that a plan made: for which role, so that the next plan knows it again. */
  static final String MADE_FOR = "iambridge.io/made-for-role";

  /** On such an account: which account its workloads had before, with what it was allowed. */
  static final String INSTEAD_OF = "iambridge.io/instead-of";

  private static final String DEFAULT = "default";

  private final NamespaceFacts namespace;
  private final Routes routes;
  private final List<Want> wants;
  private final Map<String, AccountFacts> present = new TreeMap<>();
  private final Set<String> taken = new HashSet<>();
  private final List<AccountWork> accounts = new ArrayList<>();
  private final Map<WorkloadFacts, String> moves = new HashMap<>();

  private AccountSplit(NamespaceFacts namespace, List<Want> wants, Routes routes) {
    this.namespace = namespace;
    this.wants = wants;
    this.routes = routes;
    namespace.accounts().forEach(account -> present.put(account.name(), account));
  }

  record Result(List<AccountWork> accounts, List<WorkloadWork> workloads) {}

  static Result of(NamespaceFacts namespace, List<Want> wants, Routes routes) {
    return new AccountSplit(namespace, wants, routes).split();
  }

  private Result split() {
    SortedMap<String, List<Want>> byAccount = new TreeMap<>();
    for (Want want : wants) {
      byAccount
          .computeIfAbsent(want.workload().serviceAccount(), name -> new ArrayList<>())
          .add(want);
    }
    // Those that stay first, so that nobody takes their names.
    byAccount.forEach(
        (account, members) -> keeper(account, members).ifPresent(role -> stay(account, role)));
    byAccount.forEach(this::move);
    accounts.sort(Comparator.comparing(AccountWork::name));
    List<WorkloadWork> workloads = new ArrayList<>();
    for (Want want : wants) {
      WorkloadFacts workload = want.workload();
      String from = workload.serviceAccount();
      workloads.add(
          new WorkloadWork(
              workload.kind(),
              workload.name(),
              want.role(),
              from,
              moves.getOrDefault(workload, from)));
    }
    return new Result(accounts, workloads);
  }

  /** The role whose workloads keep the account. */
  private Optional<RoleArn> keeper(String account, List<Want> members) {
    List<RoleArn> roles =
        members.stream().flatMap(want -> want.role().stream()).distinct().toList();
    String already =
        Optional.ofNullable(present.get(account))
            .map(facts -> Routes.role(facts.annotations()))
            .orElse("");
    if (!already.isEmpty()) {
      return roles.stream().filter(role -> role.toString().equals(already)).findFirst();
    }
    boolean alone = roles.size() == 1 && members.stream().allMatch(want -> want.role().isPresent());
    return alone && !account.equals(DEFAULT) ? Optional.of(roles.getFirst()) : Optional.empty();
  }

  private void stay(String account, RoleArn role) {
    SortedMap<String, String> wanted = routes.annotations(role, namespace.target());
    AccountFacts facts = present.get(account);
    if (facts == null) {
      accounts.add(made(account, role, /* like= */ ""));
      taken.add(account);
      return;
    }
    annotate(facts, wanted);
  }

  private void annotate(AccountFacts facts, SortedMap<String, String> wanted) {
    SortedMap<String, String> before = new TreeMap<>();
    wanted.forEach((key, value) -> {
      String now = facts.annotations().get(key);
      if (now != null) {
        before.put(key, now);
      }
    });
    if (!before.equals(wanted)) {
      accounts.add(AccountWork.annotate(facts.name(), wanted, before));
    }
  }

  private void move(String account, List<Want> members) {
    Optional<RoleArn> keeper = keeper(account, members);
    SortedMap<String, List<Want>> movers = new TreeMap<>();
    for (Want want : members) {
      if (want.role().isPresent() && !want.role().equals(keeper)) {
        movers.computeIfAbsent(want.role().get().toString(), role -> new ArrayList<>()).add(want);
      }
    }
    movers.values().forEach(group -> move(account, group.getFirst().role().orElseThrow(), group));
  }

  private void move(String from, RoleArn role, List<Want> group) {
    String base = Names.label(group.size() == 1 ? group.getFirst().workload().name() : role.name());
    String name = earlier(from, role).orElseGet(() -> free(base, role));
    taken.add(name);
    group.forEach(want -> moves.put(want.workload(), name));
    AccountFacts facts = present.get(name);
    if (facts == null) {
      accounts.add(made(name, role, from));
    } else {
      annotate(facts, routes.annotations(role, namespace.target()));
    }
  }

  /** The account that an earlier plan made for them, whatever it was called after then. */
  private Optional<String> earlier(String from, RoleArn role) {
    return present.values().stream()
        .filter(facts -> from.equals(facts.annotations().get(INSTEAD_OF)))
        .map(AccountFacts::name)
        .filter(name -> isFree(name, role))
        .findFirst();
  }

  private String free(String base, RoleArn role) {
    String roleName = Names.label(role.name());
    return List.of(
            base,
            Names.fitting(base + "-" + roleName, Names.MAX_OBJECT),
            Names.fitting(base + "-" + Names.hash(role.toString()), Names.MAX_OBJECT))
        .stream()
        .filter(name -> isFree(name, role))
        .findFirst()
        .orElseGet(() -> numbered(base, role));
  }

  private String numbered(String base, RoleArn role) {
    int number = 2;
    while (!isFree(Names.fitting(base + "-" + number, Names.MAX_OBJECT), role)) {
      number++;
    }
    return Names.fitting(base + "-" + number, Names.MAX_OBJECT);
  }

  /** Nobody's, or made for this role by an earlier plan and used for nothing else. */
  private boolean isFree(String name, RoleArn role) {
    if (taken.contains(name) || name.equals(DEFAULT)) {
      return false;
    }
    AccountFacts facts = present.get(name);
    boolean used =
        wants.stream()
            .anyMatch(want ->
                want.workload().serviceAccount().equals(name)
                    && !want.role().equals(Optional.of(role)));
    return !used && (facts == null || role.toString().equals(facts.annotations().get(MADE_FOR)));
  }

  private AccountWork made(String name, RoleArn role, String like) {
    SortedMap<String, String> annotations = routes.annotations(role, namespace.target());
    annotations.put(MADE_FOR, role.toString());
    if (!like.isEmpty()) {
      annotations.put(INSTEAD_OF, like);
    }
    AccountFacts former = present.get(like);
    return new AccountWork(
        name,
        /* create= */ true,
        like,
        annotations,
        new TreeMap<>(),
        former == null ? List.of() : former.imagePullSecrets(),
        former == null ? Optional.empty() : former.automount(),
        former == null ? List.of() : former.bindings());
  }
}
