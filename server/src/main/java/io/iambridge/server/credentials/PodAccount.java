package io.iambridge.server.credentials;

/**
 * A pod and its service account, whose token proves it to AWS.
 *
 * @param namespace of both
 * @param pod metadata.name of the pod
 * @param podUid metadata.uid of the pod
 * @param account metadata.name of the service account
 */
public record PodAccount(String namespace, String pod, String podUid, String account) {
  /** What the token's {@code sub} claim is: {@code system:serviceaccount:NAMESPACE:NAME}. */
  public String subject() {
    return "system:serviceaccount:" + namespace + ":" + account;
  }
}
