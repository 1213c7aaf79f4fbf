package io.iambridge.sandbox.demo;

import java.util.Map;

/**
 * A pod of the demo cluster and what it must get.
 *
 * @param namespace its namespace
 * @param name its name
 * @param address its address
 * @param annotations what it asks for
 * @param status what asking for credentials must answer
 * @param gets with status 200 the ARN that its credentials must be known by to STS, else a part of
 *     the reason
 * @param situation what it shows, in a few words
 */
public record DemoPod(
    String namespace,
    String name,
    String address,
    Map<String, String> annotations,
    int status,
    String gets,
    String situation) {
  /** The same pod at another address. */
  public DemoPod at(String otherAddress) {
    return new DemoPod(namespace, name, otherAddress, annotations, status, gets, situation);
  }

  /** {@code namespace/name}. */
  public String fullName() {
    return namespace + "/" + name;
  }

  /** The role it asks for, or a dash. */
  public String role() {
    return annotations.getOrDefault("iam.amazonaws.com/role", "-");
  }
}
