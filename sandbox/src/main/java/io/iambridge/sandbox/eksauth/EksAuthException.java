package io.iambridge.sandbox.eksauth;

/**
 * An error of EKS Auth, with the status that its service model gives it.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html">AssumeRoleForPodIdentity</a>
 */
public final class EksAuthException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  EksAuthException(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The name of the error's shape, e.g. {@code AccessDeniedException}. */
  public String code() {
    return code;
  }

  /** What it says to people. */
  public String text() {
    return String.valueOf(getMessage());
  }

  static EksAuthException invalidToken() {
    return new EksAuthException(
        400, "InvalidTokenException", "The token included in the request is invalid");
  }

  static EksAuthException expiredToken() {
    return new EksAuthException(
        400, "ExpiredTokenException", "The token included in the request is expired");
  }

  static EksAuthException notFound(String message) {
    return new EksAuthException(404, "ResourceNotFoundException", message);
  }

  /** The text that people report; it is the same for every reason. */
  static EksAuthException accessDenied() {
    return accessDenied(
        "Unauthorized Exception! EKS does not have permissions to assume the associated role.");
  }

  static EksAuthException accessDenied(String message) {
    return new EksAuthException(400, "AccessDeniedException", message);
  }

  static EksAuthException invalidParameter(String message) {
    return new EksAuthException(400, "InvalidParameterException", message);
  }

  static EksAuthException throttled() {
    return new EksAuthException(429, "ThrottlingException", "Rate exceeded");
  }

  static EksAuthException internal() {
    return new EksAuthException(500, "InternalServerException", "Internal server error");
  }

  static EksAuthException unavailable() {
    return new EksAuthException(503, "ServiceUnavailableException", "Service is unavailable");
  }
}
