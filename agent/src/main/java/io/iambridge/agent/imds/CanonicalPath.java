package io.iambridge.agent.imds;

import org.jspecify.annotations.Nullable;

/**
 * One spelling for a path, as strict as the clients allow: they repeat slashes and append one
 * (imdsv1 walkers, boto2, the Java SDK v2 with an endpoint that ends in a slash), and nothing else.
 */
final class CanonicalPath {
  private static final int HEX = 16;

  private CanonicalPath() {}

  /**
   * Collapses slashes and drops the last one; null for a path no client needs: with dot segments,
   * backslashes, semicolons, control or non-ASCII characters. Percent signs stay as they are.
   */
  static @Nullable String of(String raw) {
    StringBuilder path = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c <= ' ' || c > '~' || c == '\\' || c == ';') {
        return null;
      }
      if (c == '/' && endsWithSlash(path)) {
        continue;
      }
      path.append(c);
    }
    if (path.length() > 1 && endsWithSlash(path)) {
      path.setLength(path.length() - 1);
    }
    String canonical = path.toString();
    return hasDotSegment(canonical) ? null : canonical;
  }

  private static boolean endsWithSlash(StringBuilder path) {
    return !path.isEmpty() && path.charAt(path.length() - 1) == '/';
  }

  private static boolean hasDotSegment(String path) {
    return path.contains("/./")
        || path.contains("/../")
        || path.endsWith("/.")
        || path.endsWith("/..");
  }

  /** Decodes once; null when a percent sign is not followed by two hex digits. */
  static @Nullable String percentDecode(String encoded) {
    if (encoded.indexOf('%') < 0) {
      return encoded;
    }
    StringBuilder decoded = new StringBuilder(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c != '%') {
        decoded.append(c);
        continue;
      }
      if (i + 2 >= encoded.length()) {
        return null;
      }
      int high = Character.digit(encoded.charAt(i + 1), HEX);
      int low = Character.digit(encoded.charAt(i + 2), HEX);
      if (high < 0 || low < 0) {
        return null;
      }
      decoded.append((char) (high * HEX + low));
      i += 2;
    }
    return decoded.toString();
  }
}
