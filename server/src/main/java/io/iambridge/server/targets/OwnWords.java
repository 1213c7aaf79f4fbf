package io.iambridge.server.targets;

import java.util.regex.Pattern;

/** What a service said, fit for logs, metrics' neighbours and people: one line without tokens. */
public final class OwnWords {
  private static final int MAX_LENGTH = 400;
  private static final String MASK = "********";

  /** What a JWT, or the beginning of one, looks like: base64url of a brace and a quote. */
  private static final Pattern JWT = Pattern.compile("eyJ[A-Za-z0-9_=-]*(\\.[A-Za-z0-9_=-]*){0,2}");

  private OwnWords() {}

  /**
   * In one line, of bounded length.
   *
   * @param token masked wherever it is quoted, whole or cut short
   */
  public static String of(String text, String token) {
    String whole = token.isEmpty() ? text : text.replace(token, MASK);
    String line =
        JWT.matcher(whole)
            .replaceAll(MASK)
            .replaceAll("\\s+", " ")
            .replaceAll("\\p{Cntrl}", "?")
            .strip();
    return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "…";
  }
}
