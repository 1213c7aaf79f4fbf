package io.iambridge.server.plan.model;

import io.iambridge.server.plan.input.NamespaceFacts;
import io.iambridge.server.plan.input.PlanSettings;
import io.iambridge.server.plan.input.WorkloadFacts;
import io.iambridge.server.plan.model.Block.Reason;
import io.iambridge.server.policy.NamespaceRule;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.policy.Verdict;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.roles.RoleResolver;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Tells which role each workload has today, by the rules that the server goes by: a role that a
 * namespace may not have is nothing to migrate.
 */
final class Wants {
  static final String ROLE = "iam.amazonaws.com/role";
  private static final Comparator<WorkloadFacts> ORDER =
      Comparator.comparing(WorkloadFacts::kind).thenComparing(WorkloadFacts::name);

  private final RoleResolver roles;
  private final NamespaceRules rules;
  private final Optional<RoleArn> defaultRole;

  Wants(PlanSettings settings) {
    roles = new RoleResolver(settings.roleBaseArn());
    rules = new NamespaceRules(roles, settings.allowedRolesFormat(), settings.strictPermitted());
    defaultRole =
        settings.defaultRole().isEmpty()
            ? Optional.empty()
            : Optional.of(roles.resolve(settings.defaultRole()));
  }

  List<Want> of(NamespaceFacts namespace) {
    NamespaceRule rule = rules.read(namespace.name(), namespace.annotations());
    return namespace.workloads().stream()
        .sorted(ORDER)
        .map(workload -> of(workload, rule))
        .toList();
  }

  private Want of(WorkloadFacts workload, NamespaceRule rule) {
    String written = workload.annotations().getOrDefault(ROLE, "");
    if (written.isEmpty()) {
      // kube2iam asks no rule about its default role.
      return new Want(workload, defaultRole, defaultRole.isPresent(), Optional.empty());
    }
    RoleArn role;
    try {
      role = roles.resolve(written);
    } catch (IllegalArgumentException e) {
      return denied(
          workload,
          Reason.INVALID_ROLE,
          "its annotation %s is %s, so it gets no credentials today"
              .formatted(ROLE, e.getMessage()),
          "Correct the annotation, or remove it, and plan again.");
    }
    return switch (rule.check(role)) {
      case Verdict.Permitted() ->
          new Want(workload, Optional.of(role), /* byDefault= */ false, Optional.empty());
      case Verdict.Forbidden(var reason, String message) ->
          denied(
              workload,
              Reason.ROLE_NOT_PERMITTED,
              "it gets no credentials today (" + message + "), and the plan gives it none either",
              "Permit the role in the namespace's annotation, or remove the workload's, and plan"
                  + " again.");
    };
  }

  private static Want denied(WorkloadFacts workload, Reason reason, String what, String remedy) {
    return new Want(
        workload,
        Optional.empty(),
        /* byDefault= */ false,
        Optional.of(new Block(reason, workload.title(), Stage.TRUST, what + ".", List.of(remedy))));
  }
}
