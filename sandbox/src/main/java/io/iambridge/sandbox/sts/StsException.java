package io.iambridge.sandbox.sts;

/** A request that STS answers with an error. */
final class StsException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String text;

  StsException(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
    this.text = message;
  }

  int status() {
    return status;
  }

  /** AWS's error code. */
  String code() {
    return code;
  }

  String text() {
    return text;
  }

  static StsException validation(String message) {
    return new StsException(400, "ValidationError", message);
  }

  /** A parameter that breaks its constraint, in the words of AWS's request validation. */
  static StsException constraint(String value, String parameter, String constraint) {
    return validation(
        "1 validation error detected: Value "
            + value
            + " at '"
            + parameter
            + "' failed to satisfy constraint: Member must "
            + constraint);
  }

  static StsException throttled() {
    return new StsException(400, "Throttling", "Rate exceeded");
  }

  static StsException internal() {
    return new StsException(
        500,
        "InternalFailure",
        "The request processing has failed because of an unknown error, exception or failure.");
  }
}
