package io.iambridge.server.migration;

import java.util.List;

/**
 * What is known of a workload: its pods, and how it really called, latest first.
 *
 * @param workload {@code Deployment/app}
 * @param pods that live now
 * @param mode that its pods are in, where that is not the namespace's; else empty
 * @param role the ARN of the last call, else what its pods have now; empty for none
 * @param lastCall RFC 3339, to the minute; empty when none is known
 * @param callsLastDay of the UTC day before and the present one, the greater
 * @param mechanism of the last call: {@code assume-role}, …; empty when nothing was given
 * @param path of the last call: {@code imds-v2}, …
 * @param sdk product and version of the last call; empty when unknown
 * @param canUseTarget whether that SDK can use the target mechanism by itself: {@code yes}, {@code
 *     no}, {@code unknown}
 * @param carries the identity that the pods already carry: {@code irsa}, {@code pod-identity}
 * @param silentFallback whether they carry one and called us all the same within a day
 */
public record WorkloadLine(
    String workload,
    String serviceAccount,
    int pods,
    String mode,
    String role,
    String lastCall,
    long callsLastDay,
    String mechanism,
    String path,
    String sdk,
    String canUseTarget,
    List<String> carries,
    boolean silentFallback) {
  public WorkloadLine {
    carries = List.copyOf(carries);
  }
}
