package io.iambridge.server.plan.input;

import io.iambridge.server.modes.Mode;

/** The mechanism that a namespace moves to. */
public enum Target {
  /** IAM roles for service accounts. */
  IRSA(Mode.IRSA),
  /** EKS Pod Identity. */
  POD_IDENTITY(Mode.POD_IDENTITY);

  private final Mode mode;

  Target(Mode mode) {
    this.mode = mode;
  }

  /** The mode in which it is served. */
  public Mode mode() {
    return mode;
  }

  /** As flags and labels have it: {@code pod-identity}. */
  public String word() {
    return mode.label();
  }
}
