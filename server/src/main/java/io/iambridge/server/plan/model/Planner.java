package io.iambridge.server.plan.model;

import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.input.EarlierShared;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.PlanInput;
import io.iambridge.server.plan.input.PresentProvider;
import io.iambridge.server.plan.input.PresentTrust;
import io.iambridge.server.plan.model.Block.Reason;
import io.iambridge.server.plan.model.Question.Topic;
import io.iambridge.server.roles.RoleArn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes the plan. Pure: the same input, the same plan. */
public final class Planner {
  /** The folder of what namespaces have in common. */
  public static final String SHARED = "00-shared";

  private final PlanInput input;
  private final Routes routes;
  private final Map<NamespaceFacts, List<Want>> wants = new LinkedHashMap<>();
  private final Map<NamespaceFacts, AccountSplit.Result> splits = new LinkedHashMap<>();
  private final boolean evidence;

  private Planner(PlanInput input) {
    this.input = input;
    this.routes = new Routes(input.cluster(), input.settings().crossAccount());
    Wants reader = new Wants(input.settings());
    for (NamespaceFacts namespace : sorted(input.namespaces())) {
      List<Want> of = reader.of(namespace);
      wants.put(namespace, of);
      if (namespace.planned()) {
        splits.put(namespace, AccountSplit.of(namespace, of, routes));
      }
    }
    evidence =
        input.namespaces().stream()
            .flatMap(namespace -> namespace.workloads().stream())
            .anyMatch(workload -> !workload.calls().isEmpty());
  }

  private static List<NamespaceFacts> sorted(List<NamespaceFacts> namespaces) {
    return namespaces.stream().sorted(Comparator.comparing(NamespaceFacts::name)).toList();
  }

  /**
   * The plan.
   *
   * @throws IllegalArgumentException when the settings make no sense; the message says why
   */
  public static Plan plan(PlanInput input) {
    return new Planner(input).plan();
  }

  /**
   * The roles whose trust policies matter, those that the plan itself brings in as well, for
   * whoever reads them before the plan is made.
   */
  public static SortedSet<RoleArn> roles(PlanInput input) {
    Planner planner = new Planner(input);
    SortedSet<RoleArn> roles = new TreeSet<>(Comparator.comparing(RoleArn::toString));
    planner.splits.forEach((namespace, split) ->
        split
            .workloads()
            .forEach(workload ->
                workload
                    .role()
                    .ifPresent(role -> {
                      roles.add(role);
                      planner.routes.via(role, namespace.target()).ifPresent(via -> roles.add(via));
                    })));
    return roles;
  }

  private Plan plan() {
    TrustWorks trustWorks = new TrustWorks(input, routes);
    splits.forEach(trustWorks::add);
    wants.forEach((namespace, of) -> {
      if (!namespace.planned()) {
        trustWorks.addOther(namespace, of);
      }
    });
    Collection<TrustWork> trust = trustWorks.works();
    SharedPlan shared = shared(trust, trustWorks.audiences());
    List<NamespacePlan> namespaces = new ArrayList<>();
    Map<String, String> folders =
        Folders.of(
            splits.keySet().stream().map(NamespaceFacts::name).toList(), input.earlier().folders());
    for (NamespaceFacts namespace : splits.keySet()) {
      String folder = folders.getOrDefault(namespace.name(), namespace.name());
      namespaces.add(namespace(folder, namespace, trust, shared));
    }
    namespaces.sort(Comparator.comparing(NamespacePlan::folder));
    return new Plan(input.cluster(), input.settings(), shared, namespaces, input.gaps());
  }

  private SharedPlan shared(
      Collection<TrustWork> trust, SortedMap<String, SortedSet<String>> audiences) {
    Findings findings = new Findings();
    TrustChecks checks = new TrustChecks(input.settings(), input.cluster(), findings);
    List<ProviderWork> providers = new ArrayList<>();
    SortedMap<String, String> partitions = new TreeMap<>();
    trust.forEach(work -> partitions.put(work.role().account(), work.role().partition()));
    audiences.forEach((account, of) ->
        providers.add(
            new ProviderWork(
                account,
                input
                    .cluster()
                    .provider(
                        partitions.getOrDefault(account, input.cluster().partition()), account),
                List.copyOf(of),
                present(account))));
    List<TrustWork> ours = trust.stream().filter(work -> work.chainsTo().isPresent()).toList();
    providers.forEach(checks::provider);
    ours.forEach(checks::check);
    List<Command> commands = new ArrayList<>();
    List<Command> rollback = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    SortedSet<String> stay = input.staying();
    for (ProviderWork provider : providers) {
      provider(provider, commands, rollback, notes);
    }
    for (TrustWork work : ours) {
      commands.addAll(TrustCommands.apply(work));
      // Whoever goes back with the others must not take it from those who stay.
      if (Collections.disjoint(work.namespaces(), stay)) {
        rollback.addAll(0, TrustCommands.undo(work));
      }
      notes.add(
          "%s: its one permission is to assume %s."
              .formatted(work.role(), work.chainsTo().orElseThrow()));
    }
    if (notes.isEmpty()) {
      notes.add("Nothing to do.");
    }
    if (!stay.isEmpty()) {
      notes.add(
          "With all that earlier plans have for %s, whose folders stay; the way back leaves it to them."
              .formatted(String.join(", ", stay)));
    }
    return new SharedPlan(
        SHARED,
        providers,
        ours,
        List.of(new Step(Stage.TRUST, notes, commands, rollback)),
        findings.blocks());
  }

  /** One of an account that was not asked this time is as an earlier plan found it. */
  private PresentProvider present(String account) {
    PresentProvider unknown =
        new PresentProvider.NotReadable("it is not the account that was asked");
    EarlierShared.Provider earlier = input.earlier().shared().providers().get(account);
    return input.providers().getOrDefault(account, earlier == null ? unknown : earlier.present());
  }

  private void provider(
      ProviderWork provider, List<Command> commands, List<Command> rollback, List<String> notes) {
    if (provider.create()) {
      List<String> words =
          new ArrayList<>(
              List.of(
                  "aws",
                  "iam",
                  "create-open-id-connect-provider",
                  "--url",
                  input.cluster().issuer(),
                  "--client-id-list"));
      words.addAll(provider.audiences());
      List<String> call = new ArrayList<>(List.of("create_provider", provider.arn()));
      call.add(input.cluster().issuer());
      call.addAll(provider.audiences());
      commands.add(new Command(provider.account(), words, call));
      if (!staysInUse(provider)) {
        rollback.addFirst(
            Command.aws(
                provider.account(),
                "aws",
                "iam",
                "delete-open-id-connect-provider",
                "--open-id-connect-provider-arn",
                provider.arn()));
      }
      notes.add(
          "Account %s gets an OIDC provider for tokens for %s."
              .formatted(provider.account(), String.join(", ", provider.audiences())));
    }
    for (String audience : provider.missingAudiences()) {
      commands.add(client("add-client-id-to-open-id-connect-provider", provider, audience));
      if (!staysInUse(provider)) {
        rollback.addFirst(
            client("remove-client-id-from-open-id-connect-provider", provider, audience));
      }
      notes.add(
          "The OIDC provider of account %s takes tokens for %s: only when that is meant, as the namespaces' questions ask."
              .formatted(provider.account(), audience));
    }
  }

  /** An earlier plan does not say which namespaces need one: each that stays may. */
  private boolean staysInUse(ProviderWork provider) {
    return !input.staying().isEmpty()
        && input.earlier().shared().providers().containsKey(provider.account());
  }

  private static Command client(String what, ProviderWork provider, String audience) {
    return Command.aws(
        provider.account(),
        "aws",
        "iam",
        what,
        "--open-id-connect-provider-arn",
        provider.arn(),
        "--client-id",
        audience);
  }

  private NamespacePlan namespace(
      String folder, NamespaceFacts namespace, Collection<TrustWork> trust, SharedPlan shared) {
    if (namespace.target() == Target.POD_IDENTITY
        && (input.cluster().name().isEmpty() || input.cluster().region().isEmpty())) {
      throw new IllegalArgumentException(
          "EKS Pod Identity needs the cluster's name and region: --cluster-name, --region");
    }
    AccountSplit.Result split =
        splits.getOrDefault(namespace, new AccountSplit.Result(List.of(), List.of()));
    Set<RoleArn> used = new TreeSet<>(Comparator.comparing(RoleArn::toString));
    split.workloads().forEach(workload -> workload.role().ifPresent(used::add));
    List<TrustWork> works =
        trust.stream()
            .filter(work -> work.chainsTo().isEmpty() && used.contains(work.role()))
            .toList();
    Findings findings = new Findings();
    check(namespace, split, works, shared, findings);
    List<Association> associations = associations(namespace, split);
    return new NamespacePlan(
        folder,
        namespace.name(),
        namespace.mode(),
        namespace.target(),
        split.accounts(),
        split.workloads(),
        works,
        associations,
        new Steps(
                input.cluster(),
                input.settings().serverAccount(),
                namespace,
                split,
                works,
                associations)
            .all(),
        findings.blocks(),
        findings.questions());
  }

  private void check(
      NamespaceFacts namespace,
      AccountSplit.Result split,
      List<TrustWork> works,
      SharedPlan shared,
      Findings findings) {
    WorkloadChecks workloads = new WorkloadChecks(namespace, evidence, findings);
    List<Want> of = wants.getOrDefault(namespace, List.of());
    for (int i = 0; i < of.size(); i++) {
      workloads.check(of.get(i), split.workloads().get(i));
    }
    TrustChecks roles = new TrustChecks(input.settings(), input.cluster(), findings);
    for (TrustWork work : works) {
      roles.check(work);
      boolean done =
          work.present() instanceof PresentTrust.Known
              && !work.merged().changed()
              && shared.providers().stream()
                  .filter(provider -> provider.account().equals(work.role().account()))
                  .noneMatch(ProviderWork::create);
      if (!done) {
        roles.otherAccount(work.role(), routes.via(work.role(), namespace.target()).isPresent());
      }
      if (!work.otherNamespaces().isEmpty() && TrustCommands.retires(work)) {
        findings.block(
            Reason.ROLE_USED_ELSEWHERE,
            work.role().toString(),
            Stage.UNTRUST,
            "Namespaces that this plan is not for use it, too: %s."
                .formatted(String.join(", ", work.otherNamespaces())),
            "Do this step when they are retired, too.");
      }
    }
    for (AccountWork account : split.accounts()) {
      if (account.create() && !account.like().isEmpty() && !account.like().equals("default")) {
        findings.ask(
            Topic.KNOWN_BY_NAME,
            account.name(),
            "Does anything outside of Kubernetes' own bindings know the service account %s by its name (Vault, admission rules, service meshes)? Its workloads have another one after step 5."
                .formatted(account.like()));
      }
    }
  }

  private List<Association> associations(NamespaceFacts namespace, AccountSplit.Result split) {
    if (namespace.target() != Target.POD_IDENTITY) {
      return List.of();
    }
    SortedMap<String, Association> associations = new TreeMap<>();
    for (WorkloadWork workload : split.workloads()) {
      workload
          .role()
          .ifPresent(role -> {
            Optional<RoleArn> via = routes.via(role, Target.POD_IDENTITY);
            associations.put(
                workload.to(),
                new Association(
                    workload.to(), via.orElse(role), via.isPresent() ? Optional.of(role) : via));
          });
    }
    return List.copyOf(associations.values());
  }
}
