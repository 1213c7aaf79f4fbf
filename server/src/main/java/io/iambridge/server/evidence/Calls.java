package io.iambridge.server.evidence;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import java.util.Map;

/**
 * Calls of a workload's pods that are alike.
 *
 * @param role the ARN that the pods had then; empty for none
 * @param mode the pods' mode then: {@code kiam}, {@code irsa}, …
 * @param mechanism {@code assume-role}, {@code web-identity} or {@code pod-identity}; empty when no
 *     credentials were given
 * @param fallback whether another mechanism was wanted, and failed
 * @param path {@code imds-v1}, {@code imds-v2} or {@code eks-agent}
 * @param outcome {@code served}, {@code refused} or {@code unavailable}
 * @param sdk out of the User-Agent; empty when unknown
 * @param sdkVersion as the User-Agent has it
 * @param carries {@code irsa}, {@code pod-identity}: what the pods carried and still called us
 * @param last when the last of them was (RFC 3339)
 * @param perDay how many by UTC day ({@code 2026-11-22}), of the last days
 */
public record Calls(
    @JsonPropertyDescription("The role that the pods had; empty for none.") String role,
    @JsonPropertyDescription("The pods' mode: kiam, rehearse, irsa, pod-identity or retired.")
        String mode,
    @JsonPropertyDescription(
            "What gave the credentials: assume-role, web-identity or pod-identity; empty for none.")
        String mechanism,
    @JsonPropertyDescription("Whether another mechanism was wanted, and failed.") boolean fallback,
    @JsonPropertyDescription("imds-v1, imds-v2 or eks-agent.") String path,
    @JsonPropertyDescription("served, refused or unavailable.") String outcome,
    @JsonPropertyDescription("Out of the User-Agent; empty when unknown.") String sdk,
    @JsonPropertyDescription("As the User-Agent has it.") String sdkVersion,
    @JsonPropertyDescription("What the pods carried of irsa and pod-identity, and still called.")
        List<String> carries,
    @JsonPropertyDescription("When the last of them was.") String last,
    @JsonPropertyDescription("How many there were on each of the last days (UTC).")
        Map<String, Long> perDay) {
  public Calls {
    carries = List.copyOf(carries);
    perDay = Map.copyOf(perDay);
  }
}
