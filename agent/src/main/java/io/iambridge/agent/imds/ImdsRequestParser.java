package io.iambridge.agent.imds;

import io.iambridge.agent.imds.ImdsRequest.CreateToken;
import io.iambridge.agent.imds.ImdsRequest.GetCredentials;
import io.iambridge.agent.imds.ImdsRequest.GetInfo;
import io.iambridge.agent.imds.ImdsRequest.GetMetadata;
import io.iambridge.agent.imds.ImdsRequest.Health;
import io.iambridge.agent.imds.ImdsRequest.ListRole;
import io.iambridge.agent.imds.ImdsRequest.Malformed;
import io.iambridge.agent.imds.ImdsRequest.NotServed;
import io.iambridge.agent.imds.ImdsRequest.Ping;
import io.iambridge.agent.imds.ImdsRequest.TokenForwarded;
import io.iambridge.agent.imds.ImdsRequest.TokenOnDatedVersion;
import io.iambridge.agent.imds.ImdsRequest.WrongMethod;
import io.iambridge.agent.metadata.AllowedRoutes;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Tells what a request asks for. */
final class ImdsRequestParser {
  static final String TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds";
  private static final String FORWARDED_HEADER = "X-Forwarded-For";

  /** Six hours. */
  static final int MAX_TTL_SECONDS = 21_600;

  private static final Pattern TTL = Pattern.compile("[0-9]{1,5}");
  private static final Pattern VERSION = Pattern.compile("latest|1\\.0|\\d{4}-\\d\\d-\\d\\d");

  private static final String ROLES = "/meta-data/iam/security-credentials";
  private static final String ROLE_PREFIX = ROLES + "/";

  private ImdsRequestParser() {}

  static ImdsRequest parse(
      String method, String target, HttpHeaders headers, AllowedRoutes routes) {
    if (target.isEmpty() || target.charAt(0) != '/') {
      return new Malformed("the request target must be a path");
    }
    int question = target.indexOf('?');
    String path = CanonicalPath.of(question < 0 ? target : target.substring(0, question));
    if (path == null) {
      return new NotServed();
    }
    if (path.equals("/ping")) {
      return reading(method, Ping::new);
    }
    if (path.equals("/health")) {
      String query = question < 0 ? "" : target.substring(question + 1);
      return reading(method, () -> new Health(isDeep(query)));
    }
    int end = path.indexOf('/', 1);
    if (end > 0 && VERSION.matcher(path).region(1, end).matches()) {
      ImdsRequest ours = ofVersion(path.substring(1, end), path.substring(end), method, headers);
      if (!(ours instanceof NotServed)) {
        return ours;
      }
    }
    return routes
        .find(path)
        .map(metadata -> reading(method, () -> new GetMetadata(metadata)))
        .orElseGet(NotServed::new);
  }

  private static ImdsRequest ofVersion(
      String version, String path, String method, HttpHeaders headers) {
    if (path.startsWith(ROLE_PREFIX)) {
      String encoded = path.substring(ROLE_PREFIX.length());
      return reading(method, () -> credentials(encoded));
    }
    return switch (path) {
      case ROLES -> reading(method, ListRole::new);
      case "/meta-data/iam/info" -> reading(method, GetInfo::new);
      case "/api/token" -> token(version, method, headers);
      default -> new NotServed();
    };
  }

  private static ImdsRequest reading(String method, Supplier<ImdsRequest> request) {
    return method.equals("GET") || method.equals("HEAD")
        ? request.get()
        : new WrongMethod("GET, HEAD");
  }

  private static ImdsRequest credentials(String encoded) {
    String role = CanonicalPath.percentDecode(encoded);
    return role == null
        ? new Malformed("the role name is not well percent-encoded")
        : new GetCredentials(role);
  }

  private static ImdsRequest token(String version, String method, HttpHeaders headers) {
    if (!method.equals("PUT")) {
      return new WrongMethod("PUT");
    }
    if (!version.equals("latest")) {
      return new TokenOnDatedVersion();
    }
    // An open proxy in a pod must not fetch tokens for the outside: it adds this header.
    if (headers.contains(FORWARDED_HEADER)) {
      return new TokenForwarded();
    }
    String ttl = headers.get(TTL_HEADER);
    if (ttl == null || !TTL.matcher(ttl.strip()).matches()) {
      return new Malformed("header " + TTL_HEADER + " must be 1 to " + MAX_TTL_SECONDS);
    }
    int seconds = Integer.parseInt(ttl.strip());
    return seconds < 1 || seconds > MAX_TTL_SECONDS
        ? new Malformed("header " + TTL_HEADER + " must be 1 to " + MAX_TTL_SECONDS)
        : new CreateToken(seconds);
  }

  /** kiam's /health?deep=anything. */
  private static boolean isDeep(String query) {
    for (String parameter : query.split("&", -1)) {
      if (parameter.startsWith("deep=") && parameter.length() > "deep=".length()) {
        return true;
      }
    }
    return false;
  }
}
