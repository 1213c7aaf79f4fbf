package io.iambridge.agent.interception;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines of {@code iptables -S} as words and back. A word with blanks stands in double quotes, where
 * a backslash takes the next character as it is (libxtables' xtables_save_string).
 */
final class Words {
  private Words() {}

  static List<String> split(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
        inWord = true;
      } else if (c == '\\' && quoted && i + 1 < line.length()) {
        i++;
        word.append(line.charAt(i));
      } else if (c == ' ' && !quoted) {
        if (inWord) {
          words.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (inWord) {
      words.add(word.toString());
    }
    return List.copyOf(words);
  }

  /** For people; also good for a shell. */
  static String join(List<String> words) {
    StringBuilder line = new StringBuilder();
    for (String word : words) {
      line.append(line.isEmpty() ? "" : " ");
      if (word.isEmpty() || word.indexOf(' ') >= 0) {
        line.append('"').append(word.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
      } else {
        line.append(word);
      }
    }
    return line.toString();
  }
}
