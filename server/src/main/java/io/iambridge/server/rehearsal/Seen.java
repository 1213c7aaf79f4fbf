package io.iambridge.server.rehearsal;

import io.iambridge.server.cluster.Workload;

/**
 * A workload that evidence knows to have called, whether or not it has a pod now.
 *
 * @param role the ARN that its pods had
 */
public record Seen(Workload workload, String serviceAccount, String role) {}
