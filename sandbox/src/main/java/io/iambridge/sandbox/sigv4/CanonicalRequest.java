package io.iambridge.sandbox.sigv4;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The text of a request that is signed ("Create a canonical request", IAM user guide). */
final class CanonicalRequest {

  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

  private CanonicalRequest() {}

  static String of(HttpCall call, List<String> signedHeaders) {
    StringBuilder text = new StringBuilder();
    text.append(call.method()).append('\n');
    text.append(path(call.path())).append('\n');
    text.append(query(call.query())).append('\n');
    for (String name : signedHeaders) {
      text.append(name).append(':').append(values(call, name)).append('\n');
    }
    text.append('\n');
    text.append(String.join(";", signedHeaders)).append('\n');
    return text.append(call.payloadHash()).toString();
  }

  /** Every service but S3 encodes each segment of the path as sent once more. */
  private static String path(String raw) {
    return raw.isEmpty()
        ? "/"
        : Arrays.stream(raw.split("/", -1))
            .map(CanonicalRequest::encode)
            .collect(Collectors.joining("/"));
  }

  private static String query(String raw) {
    if (raw.isEmpty()) {
      return "";
    }
    return Arrays.stream(raw.split("&", -1))
        .map(parameter -> {
          String[] pair = parameter.split("=", 2);
          return encode(decode(pair[0])) + "=" + (pair.length == 2 ? encode(decode(pair[1])) : "");
        })
        .sorted()
        .collect(Collectors.joining("&"));
  }

  private static String values(HttpCall call, String name) {
    return call.headers().getOrDefault(name, List.of()).stream()
        .map(value -> value.strip().replaceAll(" +", " "))
        .collect(Collectors.joining(","));
  }

  private static String decode(String text) {
    try {
      // URLDecoder is for forms: there a plus is a space, in a signed query it is a plus.
      return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      // A broken escape: left as it is, the signature will not match what a client meant.
      return text;
    }
  }

  private static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte b : text.getBytes(UTF_8)) {
      char c = (char) (b & 0xff);
      if (UNRESERVED.indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append('%').append(String.format("%02X", (int) c));
      }
    }
    return encoded.toString();
  }
}
