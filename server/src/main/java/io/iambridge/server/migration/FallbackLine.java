package io.iambridge.server.migration;

/**
 * A workload that got kiam's credentials because the target mechanism gave none.
 *
 * @param finding of the present rehearsal: why; empty when unknown
 * @param lastCall RFC 3339, to the minute
 */
public record FallbackLine(String workload, String role, String finding, String lastCall) {}
