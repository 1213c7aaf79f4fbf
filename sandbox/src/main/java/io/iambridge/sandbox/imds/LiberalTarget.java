package io.iambridge.sandbox.imds;

import io.iambridge.sandbox.imds.SeenRequest.Meaning;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A request target as the most liberal server would understand it: more liberal than any real one,
 * so that what is harmless here is harmless everywhere.
 *
 * <p>How it works. Every way in which some server was ever seen to read a byte is a candidate:
 * escapes are decoded until none is left, UTF-8 over-long and with broken continuations,
 * look-alikes folded, backslashes taken for slashes, control characters dropped, queries, fragments
 * and path parameters cut off or not. One candidate that looks like credentials suffices.
 */
final class LiberalTarget {

  private static final int MOST_DECODINGS = 16;
  private static final int HEX = 16;
  private static final Pattern ABSOLUTE = Pattern.compile("^[a-z][a-z0-9+.-]*:/+[^/]*");
  private static final Pattern NOT_PRINTED = Pattern.compile("[\\p{Cntrl}\\s\\p{Cf}\\ufffd]");
  private static final Pattern CREDENTIALS = Pattern.compile("credential|/iam(?:/|$)");
  private static final Pattern LETTERS_OF_CREDENTIALS =
      Pattern.compile("(?:security|identity)credentials|metadataiam");

  private final Set<String> candidates = new LinkedHashSet<>();

  private LiberalTarget(String raw) {
    String decoded = decodeRepeatedly(raw);
    for (String text :
        new String[] {
          decoded, utf8(decoded, /* strict= */ true), utf8(decoded, /* strict= */ false)
        }) {
      add(fold(decodeRepeatedly(text)));
    }
    add(fold(decoded.replaceAll("[^\\x00-\\x7f]", "")));
  }

  /** Reads a target; one character for each byte. */
  static LiberalTarget of(String raw) {
    return new LiberalTarget(raw);
  }

  /** The path that is answered: the first reading, cut, collapsed and in lower case. */
  String path() {
    return candidates.iterator().next();
  }

  /** What it would be taken for. */
  Meaning meaning() {
    if (candidates.stream().anyMatch(LiberalTarget::isCredentials)) {
      return Meaning.CREDENTIALS;
    }
    return candidates.stream().anyMatch(LiberalTarget::isToken) ? Meaning.TOKEN : Meaning.HARMLESS;
  }

  private static boolean isCredentials(String candidate) {
    return CREDENTIALS.matcher(candidate).find()
        || LETTERS_OF_CREDENTIALS.matcher(letters(candidate)).find();
  }

  private static boolean isToken(String candidate) {
    return letters(candidate).contains("apitoken");
  }

  private static String letters(String text) {
    return text.replaceAll("[^a-z]", "");
  }

  private void add(String text) {
    String path = ABSOLUTE.matcher(text).replaceFirst("");
    String cut = path.replaceFirst("[?#].*", "");
    candidates.add(segments(cut.replaceAll(";[^/]*", "")));
    candidates.add(segments(cut));
    candidates.add(segments(path));
    candidates.add(path);
    candidates.add(text);
  }

  /**
   * Lower case and without look-alikes: K is also the Kelvin sign, / also the full-width solidus.
   */
  private static String fold(String text) {
    String compatible = Normalizer.normalize(text, Normalizer.Form.NFKC);
    return NOT_PRINTED
        .matcher(compatible.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT))
        .replaceAll("")
        .replace('\\', '/')
        .replace('\u2044', '/')
        .replace('\u2215', '/');
  }

  /** Without empty and dot segments; always with a slash in front. */
  private static String segments(String path) {
    Deque<String> kept = new ArrayDeque<>();
    for (String segment : path.split("/", -1)) {
      if (segment.equals("..")) {
        kept.pollLast();
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        kept.add(segment);
      }
    }
    return "/" + String.join("/", kept);
  }

  private static String decodeRepeatedly(String text) {
    String current = text;
    for (int i = 0; i < MOST_DECODINGS; i++) {
      String decoded = decode(current);
      if (decoded.equals(current)) {
        break;
      }
      current = decoded;
    }
    return current;
  }

  /** {@code %2f}, and {@code %u002f} as old servers of Microsoft's took it. */
  private static String decode(String text) {
    StringBuilder decoded = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      int wide = text.startsWith("%u", i) || text.startsWith("%U", i) ? hex(text, i + 2, 4) : -1;
      int narrow = text.charAt(i) == '%' ? hex(text, i + 1, 2) : -1;
      if (wide >= 0) {
        decoded.append((char) wide);
        i += 5;
      } else if (narrow >= 0) {
        decoded.append((char) narrow);
        i += 2;
      } else {
        decoded.append(text.charAt(i));
      }
    }
    return decoded.toString();
  }

  private static int hex(String text, int from, int digits) {
    if (from + digits > text.length()) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = Character.digit(text.charAt(i), HEX);
      if (digit < 0) {
        return -1;
      }
      value = value * HEX + digit;
    }
    return value;
  }

  /**
   * UTF-8 with over-long forms.
   *
   * @param strict whether bytes that continue must look like it
   */
  private static String utf8(String bytes, boolean strict) {
    StringBuilder text = new StringBuilder(bytes.length());
    for (int i = 0; i < bytes.length(); i++) {
      int lead = bytes.charAt(i);
      int more = lead > 0xff ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
      if (more == 0 || i + more >= bytes.length()) {
        text.append((char) lead);
        continue;
      }
      int point = lead & (0x3f >> more);
      boolean good = true;
      for (int k = 1; k <= more; k++) {
        int next = bytes.charAt(i + k);
        good &= !strict || (next & 0xc0) == 0x80;
        point = point << 6 | (next & 0x3f);
      }
      if (!good || !Character.isValidCodePoint(point)) {
        text.append((char) lead);
      } else {
        text.appendCodePoint(point);
        i += more;
      }
    }
    return text.toString();
  }
}
