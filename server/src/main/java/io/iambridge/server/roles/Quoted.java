package io.iambridge.server.roles;

/**
 * What a tenant wrote, made safe for messages that go into logs, Events and HTTP bodies: one line,
 * printable ASCII, short.
 */
public final class Quoted {
  private static final int MAX = 200;

  private Quoted() {}

  /**
   * The text in double quotes, with anything unprintable as {@code ?} and cut at 200 characters.
   */
  public static String of(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < Math.min(text.length(), MAX); i++) {
      char c = text.charAt(i);
      quoted.append(c >= ' ' && c <= '~' ? c : '?');
    }
    return quoted.append(text.length() > MAX ? "…\"" : "\"").toString();
  }
}
