package io.iambridge.sandbox.eksagent;

/** An error of EKS Auth. */
final class EksAuthException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  EksAuthException(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }
}
