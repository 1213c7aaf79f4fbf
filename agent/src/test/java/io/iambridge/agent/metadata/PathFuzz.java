package io.iambridge.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Path rules: whatever is allowed, no path that some server could read as one of credentials. */
public final class PathFuzz {
  /** All that an operator can allow. */
  public static final AllowedRoutes EVERYTHING =
      AllowedRoutes.of(
          EnumSet.allOf(Preset.class),
          List.of(Pattern.compile(".*", Pattern.DOTALL), Pattern.compile("/(a+)+b")));

  private static final AllowedRoutes PRESETS =
      AllowedRoutes.of(EnumSet.allOf(Preset.class), List.of());

  private static final Set<String> FORBIDDEN =
      Set.of(
          "iam",
          "api",
          "info",
          "token",
          "security-credentials",
          "security-credentials-extended",
          "identity-credentials",
          "managed-ssh-keys");

  private PathFuzz() {}

  /** The bytes are a path. */
  public static void run(byte[] input) {
    String path = new String(input, StandardCharsets.ISO_8859_1);
    EVERYTHING
        .find(path)
        .ifPresent(found -> {
          assertThat(found.value()).isEqualTo(path).hasSizeLessThanOrEqualTo(256);
          assertHarmless(path);
        });
    PRESETS.find(path).ifPresent(_ -> assertThat(EVERYTHING.find(path)).isPresent());
    assertThat(AllowedRoutes.NONE.find(path)).isEmpty();
  }

  /** Reads the path as the most liberal server would, and finds none of the forbidden names. */
  public static void assertHarmless(String path) {
    String read = path;
    for (int i = 0; i < 3; i++) {
      read = decoded(read);
    }
    Deque<String> names = new ArrayDeque<>();
    for (String segment : read.toLowerCase(Locale.ROOT).split("[/\\\\;?#&\\s\u0000]+", -1)) {
      if (segment.equals("..")) {
        names.pollLast();
      } else if (!segment.equals(".") && !segment.isEmpty()) {
        names.addLast(segment.replaceAll("^[^a-z0-9]+|[^a-z0-9]+$", ""));
      }
    }
    List<String> below = List.copyOf(names);
    // "info" and "token" are names of tags, too, and what they are below tells which they mean:
    // "iam" and "api", which are in the list.
    assertThat(below.stream().filter(name -> !name.equals("info") && !name.equals("token")))
        .as(path)
        .doesNotContainAnyElementsOf(FORBIDDEN);
  }

  private static String decoded(String text) {
    StringBuilder decoded = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      String hex = text.substring(Math.min(i + 1, text.length()), Math.min(i + 3, text.length()));
      if (text.charAt(i) == '%' && hex.matches("[0-9A-Fa-f]{2}")) {
        decoded.append((char) Integer.parseInt(hex, 16));
        i += 2;
      } else {
        decoded.append(text.charAt(i));
      }
    }
    return decoded.toString();
  }
}
