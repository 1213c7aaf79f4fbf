package io.iambridge.agent.metadata;

/** Why the true metadata service did not help; the message is for people. */
final class MetadataTrouble extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MetadataTrouble(String message) {
    super(message);
  }
}
