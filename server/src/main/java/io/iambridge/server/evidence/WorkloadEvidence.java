package io.iambridge.server.evidence;

import java.util.List;

/**
 * What was seen of one workload's pods.
 *
 * @param kind of the workload: {@code Deployment}, …
 * @param name of the workload
 * @param serviceAccount of the pods that were seen last
 * @param calls those that are alike together, the latest first
 */
public record WorkloadEvidence(String kind, String name, String serviceAccount, List<Calls> calls) {
  public WorkloadEvidence {
    calls = List.copyOf(calls);
  }
}
