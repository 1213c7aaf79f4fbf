import java.util.concurrent.TimeUnit;

/**
 * What all Java clients have alike: the clock, and the one line that they print. Java 8, as the
 * oldest SDK.
 */
final class Answer {
  /** A client's way to credentials and to its ARN. */
  interface Ask {
    String arn(String endpoint, String region, Answer answer) throws Exception;
  }

  private final long start = System.nanoTime();
  private Double millis;

  private Answer() {}

  /** To be called when credentials are in hand. */
  void credentialsAreThere() {
    millis =
        Math.round((System.nanoTime() - start) / (double) TimeUnit.MICROSECONDS.toNanos(100))
            / 10.0;
  }

  static void run(String version, String[] args, Ask ask) {
    Answer answer = new Answer();
    String arn = null;
    String error = null;
    try {
      arn = ask.arn(args[0], args[1], answer);
    } catch (Throwable e) {
      error = e.toString();
    }
    System.out.println(
        "{\"client\": \"AWS SDK for Java\", \"version\": "
            + quoted(version)
            + ", \"arn\": "
            + quoted(arn)
            + ", \"millisToCredentials\": "
            + answer.millis
            + ", \"error\": "
            + quoted(error)
            + "}");
    // Some versions leave threads behind.
    System.exit(arn == null ? 1 : 0);
  }

  private static String quoted(String text) {
    if (text == null) {
      return "null";
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else {
        quoted.append(c < ' ' ? ' ' : c);
      }
    }
    return quoted.append('"').toString();
  }
}
