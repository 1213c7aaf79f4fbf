package io.iambridge.sandbox.oidc;

/** An issuer's keys could not be had. */
public final class IssuerException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean unreachable;

  private IssuerException(boolean unreachable, String message) {
    super(message);
    this.unreachable = unreachable;
  }

  static IssuerException unreachable(String message) {
    return new IssuerException(/* unreachable= */ true, message);
  }

  static IssuerException unusable(String message) {
    return new IssuerException(/* unreachable= */ false, message);
  }

  /** Whether there was no answer at all; otherwise there was one without the key. */
  public boolean isUnreachable() {
    return unreachable;
  }
}
