package io.iambridge.server.plan.model;

import io.iambridge.server.evidence.Calls;
import io.iambridge.server.modes.Target;
import io.iambridge.server.plan.input.AccountFacts;
import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.PodFacts;
import io.iambridge.server.plan.input.WorkloadFacts;
import io.iambridge.server.plan.model.Block.Reason;
import io.iambridge.server.plan.model.Question.Topic;
import io.iambridge.server.sdk.Sdk;
import io.iambridge.server.sdk.SdkMinimums;
import java.time.Instant;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Looks at one workload after the other: what keeps it from moving, or from doing without us. */
final class WorkloadChecks {
  private static final String EXTERNAL_ID = "iam.amazonaws.com/external-id";
  private static final String SESSION_NAME = "iam.amazonaws.com/session-name";
  private static final int MAX_NAMED = 5;

  private final NamespaceFacts namespace;
  private final boolean evidence;
  private final Findings findings;

  /**
   * @param evidence whether there is any: without it, a workload that was never seen is no news
   */
  WorkloadChecks(NamespaceFacts namespace, boolean evidence, Findings findings) {
    this.namespace = namespace;
    this.evidence = evidence;
    this.findings = findings;
  }

  void check(Want want, WorkloadWork work) {
    want.trouble().ifPresent(findings::add);
    if (want.role().isEmpty()) {
      return;
    }
    WorkloadFacts workload = want.workload();
    audience(work);
    template(work);
    annotations(workload);
    hostNetwork(workload);
    calls(workload);
    restarts(workload, work);
    boolean called = !workload.calls().isEmpty();
    if (want.byDefault()) {
      findings.ask(
          Topic.DEFAULT_ROLE,
          workload.title(),
          called
              ? "It names no role, has the default role only because everybody has, and was seen to"
                  + " ask for credentials. Is that the role that it needs? Write the one that is"
                  + " into its annotation, since iambridge has no default role."
              : "It names no role, and has the default role only because everybody has. Does it use"
                  + " AWS at all? If not, nothing is to be done for it: leave out its part of the"
                  + " plan. If it does, write the role into its annotation, since iambridge has no"
                  + " default role.");
    } else if (evidence && !called) {
      findings.ask(
          Topic.NEVER_CALLED,
          workload.title(),
          "It names a role, but was never seen to ask for credentials. Does it still need the"
              + " role?");
    }
  }

  /** Tenants write it, and it lets their tokens in at an account's OIDC provider. */
  private void audience(WorkloadWork work) {
    String audience = Audiences.of(namespace, work.to());
    if (namespace.target() != Target.IRSA || audience.equals(AccountFacts.DEFAULT_AUDIENCE)) {
      return;
    }
    String about = "ServiceAccount/" + work.to();
    if (Audiences.isLegal(audience)) {
      findings.ask(
          Topic.AUDIENCE,
          about,
          "Its tokens are for %s (annotation %s). Is that meant? The step of 00-shared lets the account's OIDC provider take tokens for it, whoever has one; do that step only when it is."
              .formatted(audience, AccountFacts.AUDIENCE));
    } else {
      findings.block(
          Reason.INVALID_AUDIENCE,
          about,
          Stage.TRUST,
          "Its annotation %s is nothing that a plan takes over, so no role is to trust it: letters, digits and ._:/- are, up to 255 of them, the first one a letter or digit, without file:// or http://, and never the API server's own."
              .formatted(AccountFacts.AUDIENCE),
          "Remove the annotation, or correct it, and plan again.");
    }
  }

  private void template(WorkloadWork work) {
    if (work.moves() && work.apiVersion().isEmpty()) {
      findings.block(
          Reason.TEMPLATE_FIXED,
          work.title(),
          Stage.WORKLOADS,
          "It has to move to service account %s, and Kubernetes lets nobody change that of a %s."
              .formatted(work.to(), work.kind()),
          "Change what creates it, so that the next one has serviceAccountName: %s."
              .formatted(work.to()),
          "Wait until it has ended, when nothing creates it again.");
    }
  }

  private void annotations(WorkloadFacts workload) {
    if (!workload.annotations().getOrDefault(EXTERNAL_ID, "").isEmpty()) {
      findings.block(
          Reason.EXTERNAL_ID,
          workload.title(),
          Stage.SWITCH,
          "It sends an external id with AssumeRole; neither IRSA nor EKS Pod Identity sends one.",
          "Nothing is lost if the role's own policies do not ask for it: the new trust names the"
              + " service account, which is more than an external id does.",
          "If the role is another company's that insists on it, leave the workload in mode kiam:"
              + " label iambridge.io/mode=kiam on its pods.");
    }
    String session = workload.annotations().getOrDefault(SESSION_NAME, "");
    if (!session.isEmpty()) {
      findings.block(
          Reason.SESSION_NAME,
          workload.title(),
          Stage.SWITCH,
          "It chooses its session's name (annotation %s); the target mechanism's sessions have other names."
              .formatted(SESSION_NAME),
          "See whether a policy (sts:RoleSessionName, aws:userid) or a query of CloudTrail depends"
              + " on it, and change that first.",
          "If nothing does, nothing is to be done.");
    }
  }

  private void hostNetwork(WorkloadFacts workload) {
    if (workload.hostNetwork()) {
      findings.block(
          Reason.HOST_NETWORK,
          workload.title(),
          Stage.RETIRE,
          "Its pods have the node's network, so nobody can tell them by their address: they get"
              + " the node's own role today, whatever their annotation says, and no mode changes"
              + " that.",
          "Use IRSA in the pod itself, which needs no address: the service account's annotation,"
              + " an SDK that knows it, and a restart.",
          "Give it a token for EKS Pod Identity (169.254.170.23).",
          "Run it without hostNetwork.");
    }
  }

  private void calls(WorkloadFacts workload) {
    for (Calls calls : workload.calls()) {
      if (!calls.outcome().equals("refused")) {
        sdk(workload, calls);
        silentFallback(workload, calls);
      }
    }
  }

  private void sdk(WorkloadFacts workload, Calls calls) {
    Optional<SdkMinimums> known = SdkMinimums.of(calls.sdk(), calls.sdkVersion());
    boolean podIdentity = namespace.target() == Target.POD_IDENTITY;
    if (known.isEmpty()) {
      findings.ask(
          Topic.SDK_UNKNOWN,
          workload.title(),
          "It asks with %s, of which nothing is known. Can it use %s by itself? Until that is clear, it can stay in mode %s, where the pod needs no new SDK."
              .formatted(
                  calls.sdk().isEmpty() ? "a client that does not say its name" : shown(calls),
                  mechanism(),
                  namespace.target().label()));
      return;
    }
    SdkMinimums seen = known.get();
    if (podIdentity ? !seen.podIdentity() : !seen.irsa()) {
      tooOld(workload, calls, seen, podIdentity);
    } else if (seen.sdk() == Sdk.JAVA_V2 && !podIdentity) {
      findings.ask(
          Topic.JAVA_STS_MODULE,
          workload.title(),
          "It has %s, which uses IRSA only with the module software.amazon.awssdk:sts on its class path. Is it there? No request shows it."
              .formatted(shown(calls)));
    }
  }

  private void tooOld(WorkloadFacts workload, Calls calls, SdkMinimums seen, boolean podIdentity) {
    String needed = (podIdentity ? seen.sdk().podIdentity() : seen.sdk().irsa()).toString();
    findings.add(
        new Block(
            Reason.SDK_TOO_OLD,
            workload.title(),
            Stage.RETIRE,
            "It has %s, which cannot use %s; %s can from %s on."
                .formatted(shown(calls), mechanism(), seen.sdk().title(), needed),
            podIdentity && seen.irsa()
                ? List.of(
                    "Update " + seen.sdk().title() + " to " + needed + ".",
                    "Take irsa as the target: this version can use it.",
                    stay())
                : List.of("Update " + seen.sdk().title() + " to " + needed + ".", stay())));
  }

  private String stay() {
    return "Stay in mode %s: the pod needs no new SDK.".formatted(namespace.target().label());
  }

  private void silentFallback(WorkloadFacts workload, Calls calls) {
    boolean imds = calls.path().startsWith("imds");
    if (imds && calls.carries().contains(namespace.target().label())) {
      findings.block(
          Reason.SILENT_FALLBACK,
          workload.title(),
          Stage.RETIRE,
          "Its pods carry the environment of %s, and ask for the node's credentials all the same: their SDK does not know it, or fails with it and says nothing."
              .formatted(mechanism()),
          "See what its SDK logs at debug level; mostly it is too old, lacks a module, or has"
              + " credentials of its own configured.",
          stay());
    }
  }

  /** Only matters once we are not asked any more: our modes read the account at every request. */
  private void restarts(WorkloadFacts workload, WorkloadWork work) {
    if (work.moves() || workload.pods().isEmpty()) {
      return;
    }
    if (namespace.target() == Target.IRSA) {
      restartsForIrsa(workload, work);
    } else {
      restartsForPodIdentity(workload, work);
    }
  }

  /** Without a role the account gives new pods nothing either; the plan's own steps come first. */
  private void restartsForIrsa(WorkloadFacts workload, WorkloadWork work) {
    Optional<AccountFacts> account =
        namespace.accounts().stream()
            .filter(facts -> facts.name().equals(work.to()))
            .filter(facts -> facts.annotations().containsKey(AccountFacts.ROLE))
            .findFirst();
    SortedSet<String> old = without(workload, PodFacts::carriesIrsa);
    if (account.isPresent() && !old.isEmpty()) {
      findings.block(
          Reason.NOT_RESTARTED,
          workload.title(),
          Stage.RETIRE,
          "%s without the environment of IRSA though service account %s has a role%s: EKS's webhook gives it to new pods only."
              .formatted(named(old), work.to(), since(workload, account.get().annotated())),
          "Restart it: kubectl rollout restart.",
          stay());
    }
  }

  /** Whether the association is there already, Kubernetes does not know. */
  private void restartsForPodIdentity(WorkloadFacts workload, WorkloadWork work) {
    SortedSet<String> old = without(workload, PodFacts::carriesPodIdentity);
    if (!old.isEmpty()) {
      findings.block(
          Reason.NOT_RESTARTED,
          workload.title(),
          Stage.RETIRE,
          "%s without the environment of EKS Pod Identity: EKS's webhook gives it only to pods that start when service account %s has its association."
              .formatted(named(old), work.to()),
          "Restart it when the step service-accounts is done: kubectl rollout restart.",
          stay());
    }
  }

  private static NavigableSet<String> without(WorkloadFacts workload, Predicate<PodFacts> carries) {
    NavigableSet<String> names = new TreeSet<>();
    workload.pods().stream().filter(carries.negate()).map(PodFacts::name).forEach(names::add);
    return names;
  }

  private static String since(WorkloadFacts workload, Optional<Instant> annotated) {
    return annotated
        .filter(when -> workload.pods().stream().anyMatch(pod -> pod.created().isBefore(when)))
        .map(when -> " since " + when)
        .orElse("");
  }

  private static String named(SortedSet<String> pods) {
    String some = String.join(", ", pods.stream().limit(MAX_NAMED).toList());
    String others = pods.size() > MAX_NAMED ? " and " + (pods.size() - MAX_NAMED) + " more" : "";
    return (pods.size() == 1 ? "Pod " : "Pods ")
        + some
        + others
        + (pods.size() == 1 ? " is" : " are");
  }

  private static String shown(Calls calls) {
    return calls.sdk() + (calls.sdkVersion().isEmpty() ? "" : "/" + calls.sdkVersion());
  }

  private String mechanism() {
    return namespace.target() == Target.IRSA ? "IRSA" : "EKS Pod Identity";
  }
}
