package io.iambridge.server.migration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.iambridge.server.modes.Target;
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
 * @param sdk products and versions of the calls within 24 hours, or else of the last one, first
 *     those that cannot use the target; empty when unknown
 * @param canUseIrsa whether all these SDKs can use IRSA by themselves: {@code yes}, {@code no} if
 *     one cannot, else {@code unknown}
 * @param canUsePodIdentity the same of EKS Pod Identity
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
    @JsonPropertyDescription(
            "Products and versions of the SDKs that called within 24 hours, else of the last one;"
                + " first what cannot use the target; empty when unknown.")
        String sdk,
    @JsonPropertyDescription(
            "Whether all these SDKs can use IRSA by themselves: yes, no if one cannot, else unknown.")
        String canUseIrsa,
    @JsonPropertyDescription("The same of EKS Pod Identity.") String canUsePodIdentity,
    @JsonPropertyDescription("The identities that the pods carry already: irsa, pod-identity.")
        List<String> carries,
    @JsonPropertyDescription("Whether they carry one and called us all the same within a day.")
        boolean silentFallback) {
  public WorkloadLine {
    carries = List.copyOf(carries);
  }

  /** Whether all these SDKs can use the target by themselves. */
  String canUse(Target target) {
    return switch (target) {
      case IRSA -> canUseIrsa;
      case POD_IDENTITY -> canUsePodIdentity;
    };
  }
}
