package io.iambridge.server.shell;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Words of a POSIX shell that it takes as they are, whatever is in them. */
public final class ShellWords {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private ShellWords() {}

  /** One word; in quotes where it needs them. */
  public static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /** Several, with spaces in between: a command. */
  public static String quoted(List<String> words) {
    return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
  }
}
