package io.iambridge.sandbox.pods;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A minimal HTTP client that asks from a given source address, which no SDK can, or from wherever a
 * {@link Wire} begins: it is the pod there. One connection for each request; nothing is changed,
 * cleaned or retried.
 */
public final class PodClient {
  private static final String TOKEN = "X-aws-ec2-metadata-token";

  private final Wire wire;

  /** A client at this address of the machine's, asking this agent. */
  public PodClient(InetAddress source, InetSocketAddress agent) {
    this(request -> Wire.exchange(source, agent, request));
  }

  /** A client that asks over the wire. */
  public PodClient(Wire wire) {
    this.wire = wire;
  }

  /** Asks for an IMDSv2 token. */
  public PodAnswer token(int ttlSeconds) throws IOException {
    return send(
        "PUT", "/latest/api/token", Map.of(TOKEN + "-ttl-seconds", Integer.toString(ttlSeconds)));
  }

  /** Asks for the name of the role; without a token that is IMDSv1. */
  public PodAnswer roles(Optional<String> token) throws IOException {
    return get("/latest/meta-data/iam/security-credentials/", token);
  }

  /** Asks for credentials. */
  public PodAnswer credentials(String role, Optional<String> token) throws IOException {
    return get("/latest/meta-data/iam/security-credentials/" + role, token);
  }

  /** Asks the endpoint of EKS Pod Identity. */
  public PodAnswer podIdentity(String token) throws IOException {
    return podIdentity("169.254.170.23", token);
  }

  /**
   * Asks the endpoint of EKS Pod Identity.
   *
   * @param host as in the URL: {@code [fd00:ec2::23]} is the other one
   */
  public PodAnswer podIdentity(String host, String token) throws IOException {
    return send(host, "GET", "/v1/credentials", Map.of("Authorization", token));
  }

  /** Asks for any path. */
  public PodAnswer get(String path, Optional<String> token) throws IOException {
    return send("GET", path, token.map(value -> Map.of(TOKEN, value)).orElse(Map.of()));
  }

  /** Sends a request without a body. */
  public PodAnswer send(String method, String target, Map<String, String> headers)
      throws IOException {
    return send("169.254.169.254", method, target, headers);
  }

  private PodAnswer send(String host, String method, String target, Map<String, String> headers)
      throws IOException {
    StringBuilder request = new StringBuilder();
    request.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    request.append("Host: ").append(host).append("\r\nConnection: close\r\n");
    headers.forEach(
        (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
    if (method.equals("PUT") || method.equals("POST")) {
      request.append("Content-Length: 0\r\n");
    }
    byte[] answer = exchange(request.append("\r\n").toString().getBytes(ISO_8859_1));
    return parse(answer, /* hasBody= */ !method.equals("HEAD"));
  }

  /** Sends bytes as they are, good HTTP or not, and answers all that comes back until the end. */
  public byte[] exchange(byte[] request) throws IOException {
    return wire.exchange(request);
  }

  private static PodAnswer parse(byte[] answer, boolean hasBody) throws IOException {
    String text = new String(answer, ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0 || !text.startsWith("HTTP/1.")) {
      throw new IOException("not a whole HTTP answer: " + answer.length + " bytes");
    }
    List<String> lines = text.substring(0, end).lines().toList();
    Map<String, String> headers = new HashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] header = line.split(":", 2);
      if (header.length == 2) {
        headers.put(header[0].toLowerCase(Locale.ROOT), header[1].strip());
      }
    }
    byte[] body = Arrays.copyOfRange(answer, end + 4, answer.length);
    String length = headers.get("content-length");
    if (hasBody && length != null && !length.equals(Integer.toString(body.length))) {
      throw new IOException(
          "Content-Length is %s, the body has %d bytes".formatted(length, body.length));
    }
    return new PodAnswer(status(lines.getFirst()), headers, new String(body, UTF_8));
  }

  private static int status(String line) throws IOException {
    String[] parts = line.split(" ", 3);
    if (parts.length < 2 || !parts[1].matches("[0-9]{3}")) {
      throw new IOException("not a status line: " + line);
    }
    return Integer.parseInt(parts[1]);
  }
}
