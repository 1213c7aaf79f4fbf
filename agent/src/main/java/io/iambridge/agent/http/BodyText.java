package io.iambridge.agent.http;

import java.util.regex.Pattern;

/** Texts of others in bodies of ours. */
public final class BodyText {
  private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}+");

  private BodyText() {}

  /** Without line breaks: messages come from the server, which quotes annotations in them. */
  public static String oneLine(String text) {
    return CONTROL_CHARACTERS.matcher(text).replaceAll(" ").strip();
  }

  /**
   * The inside of a JSON string. What STS and the server send needs no escapes; if it ever does,
   * the document stays JSON.
   */
  public static String jsonEscape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c < ' ') {
        escaped.append("\\u%04x".formatted((int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
