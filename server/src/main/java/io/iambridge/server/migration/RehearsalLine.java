package io.iambridge.server.migration;

import java.util.List;

/**
 * What came of trying the target mechanism for a service account and a role.
 *
 * @param role the ARN that the pods have, or are to have
 * @param target {@code irsa} or {@code pod-identity}
 * @param finding {@code ready}, {@code trust-denies-subject}, …; {@code not-tried}
 * @param words the service's own
 * @param remedy what to change, in lines; empty when nothing is
 * @param workloads {@code Deployment/app}, …
 * @param since since when it has come out like that (RFC 3339)
 */
public record RehearsalLine(
    String serviceAccount,
    String role,
    String target,
    String finding,
    String words,
    String remedy,
    List<String> workloads,
    String since) {
  public RehearsalLine {
    workloads = List.copyOf(workloads);
  }
}
