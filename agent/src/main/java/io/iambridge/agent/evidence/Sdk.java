package io.iambridge.agent.evidence;

/**
 * What a User-Agent says of the SDK that sent it.
 *
 * @param name the product in lower case: {@code boto3}, {@code aws-sdk-java}; empty when unknown
 * @param version as it was sent; empty when unknown
 */
record Sdk(String name, String version) {
  /** Nobody knows. */
  static final Sdk UNKNOWN = new Sdk("", "");

  boolean isKnown() {
    return !name.isEmpty();
  }
}
