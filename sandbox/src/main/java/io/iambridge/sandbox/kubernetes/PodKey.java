package io.iambridge.sandbox.kubernetes;

/** Which pod. */
public record PodKey(String namespace, String name) {
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
