package io.iambridge.server.migration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
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
    @JsonPropertyDescription("The pods' service account.") String serviceAccount,
    @JsonPropertyDescription("ARN of the role that the pods have, or are to have.") String role,
    @JsonPropertyDescription("What was tried: irsa or pod-identity.") String target,
    @JsonPropertyDescription("ready, trust-denies-subject, ...; not-tried.") String finding,
    @JsonPropertyDescription("What the service said.") String words,
    @JsonPropertyDescription("What to change, in lines; empty when nothing is.") String remedy,
    @JsonPropertyDescription("Whose pods they are: Deployment/app, ...") List<String> workloads,
    @JsonPropertyDescription("Since when it comes out like that (RFC 3339).") String since) {
  public RehearsalLine {
    workloads = List.copyOf(workloads);
  }
}
