package io.iambridge.server.targets;

import java.util.regex.Pattern;

/** What a service said, fit for logs, metrics' neighbours and people: one line without tokens. */
public final class OwnWords {
  private static final int MAX_LENGTH = 400;
  private static final String MASK = "********";

  /** What is more is cut off before it is looked at. */
  private static final int MAX_READ = 10_000;

  /** Characters that no sentence has in common with a secret by chance. */
  private static final int PART = 10;

  /** What a JWT, or the beginning of one, looks like: base64url of a brace and a quote. */
  private static final Pattern JWT = Pattern.compile("eyJ[A-Za-z0-9_=-]*(\\.[A-Za-z0-9_=-]*){0,2}");

  private OwnWords() {}

  /**
   * In one line, of bounded length.
   *
   * @param secrets masked wherever they are quoted, whole or in part
   */
  public static String of(String text, String... secrets) {
    String masked = text.length() <= MAX_READ ? text : text.substring(0, MAX_READ);
    for (String secret : secrets) {
      masked = secret.isEmpty() ? masked : parts(masked.replace(secret, MASK), secret);
    }
    String line =
        JWT.matcher(masked)
            .replaceAll(MASK)
            .replaceAll("\\s+", " ")
            .replaceAll("\\p{Cntrl}", "?")
            .strip();
    return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "…";
  }

  /** Whoever quotes a secret may cut it anywhere, at its beginning too. */
  private static String parts(String text, String secret) {
    StringBuilder masked = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      int end = Math.min(at + PART, text.length());
      if (end - at < PART || !secret.contains(text.substring(at, end))) {
        masked.append(text.charAt(at));
        at++;
        continue;
      }
      while (end < text.length() && secret.contains(text.substring(at, end + 1))) {
        end++;
      }
      masked.append(MASK);
      at = end;
    }
    return masked.toString();
  }
}
