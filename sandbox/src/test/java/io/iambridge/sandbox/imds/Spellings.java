package io.iambridge.sandbox.imds;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spellings of the paths of credentials and session tokens: written down, and made by chance. */
final class Spellings {
  private static final String[] PATHS = {
    "/latest/meta-data/iam/security-credentials/node",
    "/latest/meta-data/iam/security-credentials/",
    "/latest/meta-data/iam/info",
    "/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance",
    "/latest/api/token",
    "/latest/meta-data/placement/region",
    "/latest/meta-data/network/interfaces/macs/02:00:0a:00:00:0a/../../../../iam/info"
  };
  private static final String[] PIECES = {
    "/",
    "//",
    "/./",
    "/../",
    "/x/../",
    "\\",
    "/..;/",
    ";x",
    "%2f",
    "%2e%2e",
    "%252f",
    "%5c",
    "%00",
    "%",
    "%u002f",
    "%c0%af",
    "\u00c0\u00af",
    "\u0000",
    "\t",
    " ",
    "?",
    "#",
    "?x=/../",
    ".",
    "..",
    "iam",
    "IAM",
    "credentials",
    "token",
    "api",
    "-",
    "_",
    "~",
    "@",
    ":",
    "latest",
    "meta-data",
    "http://169.254.169.254",
    "\r\n",
    "\n",
    " HTTP/1.1\r\nX: ",
    "\u00ff",
    "%ef%bc%8f",
    "+",
    "%0d%0a"
  };
  private static final Pattern ESCAPE = Pattern.compile("\\\\(?:x[0-9a-f]{2}|.)");
  private static final int HEX = 16;

  private Spellings() {}

  /** The lines of the file: all between the beginning of a request and its version. */
  static List<String> written() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(Spellings.class.getResourceAsStream("spellings.txt"))) {
      return new String(file.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .map(Spellings::unescape)
          .toList();
    }
  }

  private static String unescape(String line) {
    return ESCAPE
        .matcher(line)
        .replaceAll(escape -> Matcher.quoteReplacement(Character.toString(character(escape))));
  }

  private static char character(MatchResult escape) {
    return switch (escape.group().charAt(1)) {
      case '\\' -> '\\';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'n' -> '\n';
      case '0' -> '\0';
      case 'x' -> (char) Integer.parseInt(escape.group().substring(2), HEX);
      default -> throw new IllegalArgumentException("no such escape: " + escape.group());
    };
  }

  /** Some path, changed one to four times. */
  static String random(Random random) {
    StringBuilder target = new StringBuilder(PATHS[random.nextInt(PATHS.length)]);
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      change(target, random);
    }
    return target.toString();
  }

  private static void change(StringBuilder target, Random random) {
    int at = random.nextInt(target.length());
    char c = target.charAt(at);
    switch (random.nextInt(8)) {
      case 0 -> target.setCharAt(at, Character.toUpperCase(c));
      case 1 -> target.replace(at, at + 1, "%%%02x".formatted((int) c));
      case 2 -> target.replace(at, at + 1, "%%25%02X".formatted((int) c));
      case 3 -> target.deleteCharAt(at).append(at == 0 ? "/" : "");
      case 4 -> target.insert(at, (char) random.nextInt(256));
      case 5 -> target.replace(at, at + 1, "%%c%x%%%02x".formatted(c >> 6, 0x80 | (c & 0x3f)));
      default -> target.insert(at, PIECES[random.nextInt(PIECES.length)]);
    }
  }

  /** A whole request that asks to close the connection. */
  static byte[] request(String methodAndTarget) {
    return (methodAndTarget + " HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n")
        .getBytes(ISO_8859_1);
  }
}
