package io.iambridge.server.migration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/**
 * A workload that got kiam's credentials because the target mechanism gave none.
 *
 * @param role the target's, which it did not get; kiam's, which it got, where the target names none
 * @param finding of the present rehearsal: why; empty when unknown
 * @param lastCall RFC 3339, to the minute
 */
public record FallbackLine(
    @JsonPropertyDescription("Deployment/app, ...") String workload,
    @JsonPropertyDescription(
            "ARN of the role that its pods are entitled to: kiam's where the target names none.")
        String role,
    @JsonPropertyDescription("Why, by the present rehearsal; empty when unknown.") String finding,
    @JsonPropertyDescription("RFC 3339, to the minute.") String lastCall) {}
