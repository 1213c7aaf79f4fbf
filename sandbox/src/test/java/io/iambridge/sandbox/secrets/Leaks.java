package io.iambridge.sandbox.secrets;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds secrets, and parts of them, in text. Of each secret every piece of {@value #PIECE}
 * characters that begins at a multiple of that is looked for at every place, so whatever shows
 * {@code 2 * PIECE - 1} characters in a row is found, whatever is cut off or put around it.
 */
final class Leaks {
  static final int PIECE = 16;

  /** What the pieces of all secrets have in common and no secret is. */
  private static final int TOO_COMMON = 50;

  private final Map<String, Integer> pieces = new HashMap<>();

  Leaks(Collection<String> secrets) {
    for (String secret : new LinkedHashSet<>(secrets)) {
      for (int at = 0; at + PIECE <= secret.length(); at += PIECE) {
        pieces.merge(secret.substring(at, at + PIECE), 1, Integer::sum);
      }
    }
    // A token's header and issuer are the same in all and known to everybody.
    pieces.values().removeIf(count -> count >= TOO_COMMON);
  }

  /** The first piece of a secret in the line. */
  Optional<String> in(String line) {
    for (int at = 0; at + PIECE <= line.length(); at++) {
      String window = line.substring(at, at + PIECE);
      if (pieces.containsKey(window)) {
        return Optional.of(window);
      }
    }
    return Optional.empty();
  }

  /** The lines of the file that show a secret, with the secret cut down to four characters. */
  Set<String> in(Path file) throws IOException {
    Set<String> found = new LinkedHashSet<>();
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Optional<String> piece = in(line);
        if (piece.isPresent()) {
          int at = line.indexOf(piece.get());
          found.add(
              file.getFileName()
                  + ": "
                  + line.substring(Math.max(0, at - 120), at)
                  + piece.get().substring(0, 4)
                  + "…");
        }
      }
    }
    return found;
  }
}
