package io.iambridge.sandbox.query;

/** A request that a service answers with an error. */
public final class QueryException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String text;

  /** An error with AWS's code and text. */
  public QueryException(int status, String code, String message) {
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

  /** A request that is not as the API reference says. */
  public static QueryException validation(String message) {
    return new QueryException(400, "ValidationError", message);
  }

  /** A parameter that breaks its constraint, in the words of AWS's request validation. */
  public static QueryException constraint(String value, String parameter, String constraint) {
    return validation(
        "1 validation error detected: Value "
            + value
            + " at '"
            + parameter
            + "' failed to satisfy constraint: Member must "
            + constraint);
  }

  static QueryException throttled() {
    return new QueryException(400, "Throttling", "Rate exceeded");
  }

  static QueryException internal() {
    return new QueryException(
        500,
        "InternalFailure",
        "The request processing has failed because of an unknown error, exception or failure.");
  }
}
