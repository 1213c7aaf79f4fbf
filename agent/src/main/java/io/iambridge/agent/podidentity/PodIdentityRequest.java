package io.iambridge.agent.podidentity;

import io.iambridge.agent.http.Response;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a pod asked for; checked in the order in which the EKS agent checks. */
sealed interface PodIdentityRequest {
  /** The one path there is; like the EKS agent we do not look at the method. */
  String PATH = "/v1/credentials";

  /** Names of the endpoint: any other means that a browser was made to ask (DNS rebinding). */
  Set<String> HOSTS = Set.of("169.254.170.23", "fd00:ec2::23");

  /** Credentials for the token's pod. */
  record Asked(Token token) implements PodIdentityRequest {}

  /** Something the EKS agent refuses too. */
  record Rejected(Refusal refusal, Response response) implements PodIdentityRequest {}

  static PodIdentityRequest parse(HttpHeaders headers) {
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.size() != 1 || !HOSTS.contains(host(hosts.getFirst()))) {
      return new Rejected(Refusal.OTHER_HOST, Answers.OTHER_HOST);
    }
    List<String> tokens = headers.getAll(HttpHeaderNames.AUTHORIZATION);
    if (tokens.isEmpty() || tokens.getFirst().isBlank()) {
      return new Rejected(Refusal.TOKEN_MISSING, Answers.TOKEN_MISSING);
    }
    if (tokens.size() > 1) {
      return malformed("there are several");
    }
    try {
      return new Asked(Token.of(tokens.getFirst().strip()));
    } catch (IllegalArgumentException e) {
      return malformed(String.valueOf(e.getMessage()));
    }
  }

  private static Rejected malformed(String why) {
    return new Rejected(Refusal.TOKEN_MALFORMED, Answers.tokenMalformed(why));
  }

  /** Without port and brackets. */
  private static String host(String header) {
    String host = header.strip().toLowerCase(Locale.ROOT);
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      return end < 0 || !isPort(host.substring(end + 1)) ? "" : host.substring(1, end);
    }
    int colon = host.indexOf(':');
    // Several colons: an IPv6 address without brackets, which the EKS agent takes too.
    return colon < 0 || colon != host.lastIndexOf(':')
        ? host
        : isPort(host.substring(colon)) ? host.substring(0, colon) : "";
  }

  private static boolean isPort(String rest) {
    return rest.isEmpty() || rest.matches(":[0-9]{1,5}");
  }
}
