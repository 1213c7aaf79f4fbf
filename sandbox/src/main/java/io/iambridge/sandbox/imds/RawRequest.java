package io.iambridge.sandbox.imds;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request as it is on the wire: nothing of it is refused, decoded or corrected.
 *
 * @param target all between the method and the version, one character for each byte
 * @param version e.g. {@code HTTP/1.1}; empty when there is none
 * @param headers by lower-case name; the first of several counts
 */
record RawRequest(String method, String target, String version, Map<String, String> headers) {

  private static final Pattern VERSION = Pattern.compile(" (?i:HTTP)/");
  private static final int MOST_HEAD_BYTES = 64 * 1024;
  private static final int MOST_BODY_BYTES = 1024 * 1024;

  /** Reads one request and throws its body away; null when the client has nothing more to say. */
  static @Nullable RawRequest read(InputStream in) throws IOException {
    String line = line(in);
    while (line != null && line.isEmpty()) {
      line = line(in);
    }
    if (line == null) {
      return null;
    }
    Map<String, String> headers = new HashMap<>();
    if (!VERSION.matcher(line).find()) {
      // HTTP/0.9 has no headers: what follows is another request.
      return parse(line, headers);
    }
    for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      if (colon > 0) {
        headers.putIfAbsent(
            header.substring(0, colon).strip().toLowerCase(Locale.ROOT),
            header.substring(colon + 1).strip());
      }
    }
    RawRequest request = parse(line, headers);
    if (headers.getOrDefault("transfer-encoding", "").contains("chunked")) {
      skipChunks(in);
    } else {
      in.skipNBytes(request.bodyBytes());
    }
    return request;
  }

  private static void skipChunks(InputStream in) throws IOException {
    int size;
    do {
      String line = line(in);
      try {
        size = line == null ? 0 : Integer.parseInt(line.replaceFirst(";.*", "").strip(), 16);
      } catch (NumberFormatException e) {
        throw new IOException("not the size of a chunk", e);
      }
      in.skipNBytes(Math.clamp(size, 0, MOST_BODY_BYTES));
      String _ = line(in);
    } while (size > 0);
  }

  private static RawRequest parse(String line, Map<String, String> headers) {
    if (line.startsWith("/")) {
      return parse("GET " + line, headers);
    }
    int methodEnd = line.indexOf(' ') < 0 ? line.length() : line.indexOf(' ');
    int versionStart = line.toUpperCase(Locale.ROOT).lastIndexOf(" HTTP/");
    String rest = line.substring(Math.min(methodEnd + 1, line.length()));
    boolean hasVersion = versionStart >= methodEnd;
    return new RawRequest(
        line.substring(0, methodEnd),
        hasVersion ? line.substring(Math.min(methodEnd + 1, versionStart), versionStart) : rest,
        hasVersion ? line.substring(versionStart + 1) : "",
        headers);
  }

  /** Up to a line feed, without it and a carriage return before it; null at the end. */
  private static @Nullable String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n') {
      line.write(next);
      if (line.size() > MOST_HEAD_BYTES) {
        throw new IOException("a line without end");
      }
      next = in.read();
    }
    String text = line.toString(ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private int bodyBytes() {
    try {
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      return Math.clamp(length, 0, MOST_BODY_BYTES);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  boolean isLast() {
    return version.startsWith("HTTP/1.0")
        || headers.getOrDefault("connection", "").equalsIgnoreCase("close");
  }

  /** Not the headers: they may hold a token. */
  @Override
  public String toString() {
    return method + " " + target;
  }
}
