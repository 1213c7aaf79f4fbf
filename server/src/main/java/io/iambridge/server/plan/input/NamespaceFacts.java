package io.iambridge.server.plan.input;

import java.util.List;
import java.util.Map;

/**
 * A namespace with what is in it.
 *
 * @param name metadata.name
 * @param planned whether the plan is for it; the others show who else uses a role
 * @param mode the label {@code iambridge.io/mode}; empty for none
 * @param target where it goes
 * @param annotations those of iam.amazonaws.com
 * @param workloads whatever has pods
 * @param accounts all its service accounts
 */
public record NamespaceFacts(
    String name,
    boolean planned,
    String mode,
    Target target,
    Map<String, String> annotations,
    List<WorkloadFacts> workloads,
    List<AccountFacts> accounts) {
  public NamespaceFacts {
    annotations = Map.copyOf(annotations);
    workloads = List.copyOf(workloads);
    accounts = List.copyOf(accounts);
  }
}
