package io.iambridge.server.plan.model;

import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.input.BindingFacts;
import io.iambridge.server.plan.input.ClusterFacts;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.trust.TrustDocument;
import io.iambridge.server.tokens.AccountName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Writes a namespace's steps, in order, with the commands for each and those that undo it. */
final class Steps {
  private static final String MANAGER = "--field-manager=iambridge-plan";
  private static final String ROLLOUT_TIMEOUT = "--timeout=10m";

  private final ClusterFacts cluster;
  private final AccountName server;
  private final NamespaceFacts namespace;
  private final AccountSplit.Result split;
  private final List<TrustWork> trust;
  private final List<Association> associations;

  Steps(
      ClusterFacts cluster,
      AccountName server,
      NamespaceFacts namespace,
      AccountSplit.Result split,
      List<TrustWork> trust,
      List<Association> associations) {
    this.cluster = cluster;
    this.server = server;
    this.namespace = namespace;
    this.split = split;
    this.trust = trust;
    this.associations = associations;
  }

  List<Step> all() {
    return List.of(
        trust(),
        accounts(),
        rehearse(),
        check(
            Stage.CHECK,
            "Workloads that have yet to move (step 5) are said to have no role, or none of their"
                + " own; everything else should be ready. The reason of what is not tells what to"
                + " change; it is tried again by itself."),
        workloads(),
        check(Stage.CHECK_AGAIN, "Everything has to be ready now."),
        label(
            Stage.SWITCH,
            namespace.target().label(),
            Mode.KIAM.label(),
            "Pods need no restart. To begin with a few of them, label those pods instead. What"
                + " fails falls back to kiam and is counted, unless iambridge.io/fallback=false."),
        check(
            Stage.WATCH,
            "For as long as your rarest job takes to come round. No fallbacks are wanted. It is a"
                + " good place to stay: pods here need no new SDK."),
        restart(),
        retire(),
        untrust());
  }

  private Step trust() {
    List<String> notes = new ArrayList<>();
    List<Command> commands = new ArrayList<>();
    List<Command> rollback = new ArrayList<>();
    notes.add("What is trusted today stays trusted; do the steps of 00-shared first.");
    for (TrustWork work : trust) {
      commands.addAll(TrustCommands.apply(work));
      rollback.addAll(0, TrustCommands.undo(work));
      String size = "%d of %d characters".formatted(work.merged().size(), work.merged().quota());
      if (work.statementOnly()) {
        notes.add(
            "%s: its owner adds the statement of trust/%s.statement.json; that is %d characters more, and the quota is %d for the whole."
                .formatted(work.role(), work.file(), work.merged().size(), work.merged().quota()));
      } else if (!work.merged().fits()) {
        notes.add("%s: does not fit, %s.".formatted(work.role(), size));
      } else if (work.merged().changed()) {
        notes.add("%s: trust/%s.json, %s.".formatted(work.role(), work.file(), size));
      } else {
        notes.add("%s: trusts them already, %s.".formatted(work.role(), size));
      }
      for (var fold : work.merged().folds()) {
        notes.add(
            "%s: %s stands for %d service accounts, all that there are with that prefix."
                .formatted(work.role(), fold.pattern(), fold.accounts().size()));
      }
      if (work.replanned()) {
        notes.add(
            "%s: earlier plans have changed it; rollback/trust/%s.json is what was there before the first of them, with what others have changed since."
                .formatted(work.role(), work.file()));
      }
      shared(work).ifPresent(notes::add);
    }
    return new Step(Stage.TRUST, notes, commands, rollback);
  }

  /** A policy is the role's, and so all namespaces'. */
  private Optional<String> shared(TrustWork work) {
    List<String> others =
        work.namespaces().stream().filter(name -> !name.equals(namespace.name())).toList();
    if (others.isEmpty() && work.replanned() && !work.otherNamespaces().isEmpty()) {
      return Optional.of(
          "%s: %s use it, too. Put the former policy back only when none of them needs what later plans have added."
              .formatted(work.role(), String.join(", ", work.otherNamespaces())));
    }
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s: the same policy is in the folders of %s, for all of them together. Put the former one back only when none of them is in mode %s any more."
                .formatted(work.role(), String.join(", ", others), namespace.target().label()));
  }

  private Step accounts() {
    List<String> notes = new ArrayList<>();
    List<Command> commands = new ArrayList<>();
    List<Command> rollback = new ArrayList<>();
    if (!split.accounts().isEmpty()) {
      commands.add(
          Command.kubectl(
              "kubectl", "apply", "--server-side", MANAGER, "-f", "service-accounts.yaml"));
    }
    for (AccountWork work : split.accounts()) {
      notes.add(
          work.create()
              ? "%s is new%s."
                  .formatted(
                      work.name(),
                      work.like().isEmpty()
                          ? ""
                          : ", with the Kubernetes permissions of "
                              + work.like()
                              + " as far as bindings name it")
              : "%s gets its role.".formatted(work.name()));
      rollback.addAll(0, undo(work));
    }
    for (Association association : associations) {
      commands.add(AssociationCommands.apply(cluster, namespace.name(), association));
      rollback.addFirst(AssociationCommands.undo(cluster, namespace.name(), association));
    }
    if (!associations.isEmpty()) {
      notes.add(
          "An association takes some seconds to work. aws-cli.sh stops at one that is there already with another role, and the way back leaves that one.");
    }
    if (!commands.isEmpty()) {
      notes.add(
          "EKS's webhook gives pods of these accounts that start from now on the environment of the"
              + " target mechanism, and an SDK that knows it uses it at once: that is why trust"
              + " comes first.");
    }
    return new Step(Stage.SERVICE_ACCOUNTS, notes, commands, rollback);
  }

  private List<Command> undo(AccountWork work) {
    List<Command> undo = new ArrayList<>();
    String name = namespace.name();
    if (work.create()) {
      for (BindingFacts binding : work.bindings()) {
        List<String> words = new ArrayList<>(List.of("kubectl", "delete", "--ignore-not-found"));
        if (!binding.namespace().isEmpty()) {
          words.addAll(List.of("-n", binding.namespace()));
        }
        words.add(binding.kind().toLowerCase(Locale.ROOT) + "/" + work.bindingName(binding, name));
        undo.add(new Command("", words));
      }
      undo.add(
          Command.kubectl(
              "kubectl",
              "delete",
              "--ignore-not-found",
              "-n",
              name,
              "serviceaccount/" + work.name()));
    } else {
      List<String> words =
          new ArrayList<>(
              List.of(
                  "kubectl",
                  "annotate",
                  "-n",
                  name,
                  "serviceaccount/" + work.name(),
                  "--overwrite"));
      work.annotations()
          .forEach((key, value) ->
              words.add(
                  work.before().containsKey(key) ? key + "=" + work.before().get(key) : key + "-"));
      undo.add(new Command("", words));
    }
    return undo;
  }

  private Step workloads() {
    List<String> notes = new ArrayList<>();
    List<Command> commands = new ArrayList<>();
    List<Command> rollback = new ArrayList<>();
    for (WorkloadWork work : split.workloads()) {
      if (!work.moves()) {
        continue;
      }
      notes.add("%s: from %s to %s.".formatted(work.title(), work.from(), work.to()));
      if (work.isPatched()) {
        commands.addAll(patch(work, "kustomize/"));
        rollback.addAll(0, patch(work, "rollback/kustomize/"));
      }
    }
    if (notes.isEmpty()) {
      notes.add("Nothing to do: nobody moves, and pods need no restart for our modes.");
    } else {
      notes.add(
          "Where Helm or a repository owns them, write it there instead: kustomize/ is a component"
              + " to include.");
    }
    return new Step(Stage.WORKLOADS, notes, commands, rollback);
  }

  private List<Command> patch(WorkloadWork work, String folder) {
    List<Command> commands = new ArrayList<>();
    String object = work.kind().toLowerCase(Locale.ROOT) + "/" + work.name();
    commands.add(
        Command.kubectl(
            "kubectl",
            "patch",
            "-n",
            namespace.name(),
            object,
            "--type=strategic",
            "--patch-file=" + folder + work.patchFile()));
    if (work.rollsOut()) {
      commands.add(
          Command.kubectl(
              "kubectl", "rollout", "status", "-n", namespace.name(), object, ROLLOUT_TIMEOUT));
    }
    return commands;
  }

  private Step restart() {
    List<String> notes = new ArrayList<>();
    List<Command> commands = new ArrayList<>();
    notes.add(
        "Not needed for anything before; only when nothing stands in the way of the step retire"
            + " (see above).");
    for (WorkloadWork work : split.workloads()) {
      if (work.role().isPresent() && !work.moves() && work.rollsOut()) {
        commands.add(
            Command.kubectl(
                "kubectl",
                "rollout",
                "restart",
                "-n",
                namespace.name(),
                work.kind().toLowerCase(Locale.ROOT) + "/" + work.name()));
      }
    }
    if (!commands.isEmpty()) {
      notes.add(
          "EKS's webhook gives pods that start after step 2 the environment of %s; those that moved in step 5 have it already."
              .formatted(namespace.target() == Target.IRSA ? "IRSA" : "EKS Pod Identity"));
    }
    return new Step(Stage.RESTART, notes, commands, List.of());
  }

  /** With the target, so that what is tried is what was planned. */
  private Step rehearse() {
    String before = before();
    List<Command> rollback =
        List.of(
            label(
                before.isEmpty() ? Mode.LABEL + "-" : Mode.LABEL + "=" + before,
                Target.LABEL + "-"),
            Command.kubectl("kubectl", "delete", "-f", NamespacePlan.TOKENS, "--ignore-not-found"));
    return new Step(
        Stage.REHEARSE,
        List.of(
            "Nothing changes for the pods: the server tries their target mechanism at the side.",
            "For that %s gets the right to create tokens of this namespace's service accounts, and of no others: whoever has it can act as them."
                .formatted(server)),
        List.of(
            Command.kubectl("kubectl", "apply", "-f", NamespacePlan.TOKENS),
            label(
                Mode.LABEL + "=" + Mode.REHEARSE.label(),
                Target.LABEL + "=" + namespace.target().label())),
        rollback);
  }

  /** The mode to go back to: of one that is on its way, or at its end, that is kiam's. */
  private String before() {
    return Mode.ofLabel(namespace.mode()).isPresent() ? Mode.KIAM.label() : namespace.mode();
  }

  private Step retire() {
    List<String> notes = new ArrayList<>();
    notes.add(
        "When the status has shown no callers for as long as your rarest job takes to come round."
            + " Whoever asks all the same gets 403, and is recorded.");
    if (namespace.target() == Target.POD_IDENTITY) {
      notes.add(
          "Pods ask 169.254.170.23 now, which iambridge's agents answer where they run: they have to"
              + " be started with --pod-identity=forward, which hands a retired pod over to EKS's own"
              + " agent.");
    }
    notes.add(
        "When it is to stay so, the server needs no tokens here: kubectl delete -f %s. Before a way back, apply it again."
            .formatted(NamespacePlan.TOKENS));
    return new Step(
        Stage.RETIRE,
        notes,
        List.of(label(Mode.LABEL + "=" + Mode.RETIRED.label())),
        List.of(label(Mode.LABEL + "=" + namespace.target().label())));
  }

  private Step untrust() {
    List<String> notes = new ArrayList<>();
    List<Command> commands = new ArrayList<>();
    List<Command> rollback = new ArrayList<>();
    SortedSet<String> retired = new TreeSet<>();
    for (TrustWork work : trust) {
      commands.addAll(TrustCommands.retire(work));
      rollback.addAll(0, TrustCommands.undoRetire(work));
      List<String> others = new ArrayList<>(work.namespaces());
      others.addAll(work.otherNamespaces());
      if (TrustCommands.retires(work)) {
        retired.addAll(others);
      }
      others.remove(namespace.name());
      if (!others.isEmpty()) {
        notes.add(
            "%s: only when %s are retired too.".formatted(work.role(), String.join(", ", others)));
      }
      if (work.statementOnly()) {
        notes.add("%s: its owner takes the server's principal out.".formatted(work.role()));
      }
      if (work.retired().filter(TrustDocument::isEmpty).isPresent()) {
        notes.add("%s: nobody would be trusted any more; delete the role.".formatted(work.role()));
      }
    }
    if (!commands.isEmpty()) {
      commands.addFirst(areRetired(retired));
      notes.addFirst(
          "The last step: from here on no label brings pods back to kiam's way, and there is nothing"
              + " to fall back to, until the policies are put back. The first command fails, and"
              + " nothing is to be done, as long as a namespace that uses these roles is not retired.");
    }
    if (commands.isEmpty() && notes.isEmpty()) {
      notes.add("Nothing to do: no role names a principal of --server-principal.");
    }
    return new Step(Stage.UNTRUST, notes, commands, rollback);
  }

  /** Fails when one of them is not; it is a look, and waits for nothing. */
  private static Command areRetired(SortedSet<String> namespaces) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "kubectl",
                "wait",
                "--for=jsonpath={.metadata.labels."
                    + Mode.LABEL.replace(".", "\\.")
                    + "}="
                    + Mode.RETIRED.label(),
                "--timeout=1s"));
    namespaces.forEach(name -> words.add("namespace/" + name));
    return new Command("", words);
  }

  private Step label(Stage stage, String to, String back, String note) {
    return new Step(
        stage,
        note.isEmpty() ? List.of() : List.of(note),
        List.of(label(Mode.LABEL + "=" + to)),
        List.of(label(back.isEmpty() ? Mode.LABEL + "-" : Mode.LABEL + "=" + back)));
  }

  private Command label(String... labels) {
    List<String> words =
        new ArrayList<>(List.of("kubectl", "label", "namespace/" + namespace.name()));
    words.addAll(List.of(labels));
    words.add("--overwrite");
    return Command.kubectl(words.toArray(String[]::new));
  }

  private Step check(Stage stage, String note) {
    return new Step(
        stage,
        List.of(note),
        List.of(Command.kubectl("iambridge-server", "migration", "status", "-n", namespace.name())),
        List.of());
  }
}
