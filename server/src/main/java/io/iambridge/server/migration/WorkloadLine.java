package io.iambridge.server.migration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
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
    @JsonPropertyDescription("Deployment/app, ...") String workload,
    @JsonPropertyDescription("The pods' service account.") String serviceAccount,
    @JsonPropertyDescription("Pods that live now.") int pods,
    @JsonPropertyDescription("The pods' mode where it is not the namespace's; else empty.")
        String mode,
    @JsonPropertyDescription("ARN of the role of the last call, else of what the pods have now.")
        String role,
    @JsonPropertyDescription("RFC 3339, to the minute; empty when none is known.") String lastCall,
    @JsonPropertyDescription("Calls of the UTC day before and the present one, the greater.")
        long callsLastDay,
    @JsonPropertyDescription(
            "What gave the last credentials: assume-role, web-identity or pod-identity.")
        String mechanism,
    @JsonPropertyDescription("How it called last: imds-v1, imds-v2 or eks-agent.") String path,
    @JsonPropertyDescription("Product and version of the SDK that called last; empty when unknown.")
        String sdk,
    @JsonPropertyDescription("Whether that SDK can use the target by itself: yes, no or unknown.")
        String canUseTarget,
    @JsonPropertyDescription("The identities that the pods carry already: irsa, pod-identity.")
        List<String> carries,
    @JsonPropertyDescription("Whether they carry one and called us all the same within a day.")
        boolean silentFallback) {
  public WorkloadLine {
    carries = List.copyOf(carries);
  }
}
