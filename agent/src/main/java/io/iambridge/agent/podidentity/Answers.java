package io.iambridge.agent.podidentity;

import io.iambridge.agent.credentials.Credentials;
import io.iambridge.agent.http.BodyText;
import io.iambridge.agent.http.Response;
import io.iambridge.proto.v1.Reason;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers as the EKS agent gives them: what it refuses itself is a sentence, what EKS Auth refuses
 * is {@code [request id]: (code): message, fault: client|server} with EKS Auth's status, both plain
 * text with a line feed (Go's http.Error).
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html">the
 *     errors of AssumeRoleForPodIdentity</a>
 */
final class Answers {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final Pattern ACCOUNT = Pattern.compile("arn:[^:]*:iam::([0-9]{12}):.*");

  static final Response OTHER_HOST =
      text(
              403,
              "Access Denied. Called agent through invalid address, please use either"
                  + " [169.254.170.23 fd00:ec2::23] address")
          .buildShared();
  static final Response TOKEN_MISSING =
      text(400, "Service account token cannot be empty").buildShared();

  private Answers() {}

  static Response tokenMalformed(String why) {
    return sentence(400, "Service account token cannot be parsed: " + why);
  }

  /** Fields, order and date as the EKS agent's; see reference of the container provider. */
  static Response credentials(String roleArn, Credentials credentials) {
    Matcher account = ACCOUNT.matcher(roleArn);
    StringBuilder json = new StringBuilder(2048);
    json.append("{\"AccessKeyId\":\"").append(BodyText.jsonEscape(credentials.accessKeyId()));
    json.append("\",\"SecretAccessKey\":\"")
        .append(BodyText.jsonEscape(credentials.secretAccessKey()));
    json.append("\",\"Token\":\"").append(BodyText.jsonEscape(credentials.sessionToken()));
    if (account.matches()) {
      json.append("\",\"AccountId\":\"").append(account.group(1));
    }
    json.append("\",\"Expiration\":\"");
    json.append(DateTimeFormatter.ISO_INSTANT.format(credentials.expiration())).append("\"}");
    return Response.of(200, "application/json", json.toString().getBytes(StandardCharsets.UTF_8))
        .build();
  }

  /** What the server or STS says no to. */
  static Response refused(String requestId, Reason reason, String message) {
    return switch (reason) {
      case TOKEN_INVALID -> client(400, "InvalidTokenException", requestId, reason, message);
      case NO_ROLE -> client(404, "ResourceNotFoundException", requestId, reason, message);
      case STS_THROTTLED -> client(429, "ThrottlingException", requestId, reason, message);
      // The EKS agent knows no such thing; the same at both addresses.
      case RETIRED -> client(403, "AccessDeniedException", requestId, reason, message);
      case INVALID_ROLE,
          INVALID_SESSION,
          NAMESPACE_PERMITS_NOTHING,
          INVALID_NAMESPACE_RULE,
          ROLE_NOT_PERMITTED,
          NO_TARGET_ROLE,
          TOKEN_OTHER_CALLER,
          STS_DENIED ->
          client(400, "AccessDeniedException", requestId, reason, message);
      // The rest passes, or is mended without the pod.
      default -> unavailable(requestId, reason, message);
    };
  }

  /** What the agent says no to. */
  static Response refused(String requestId, Refusal refusal, String message) {
    return switch (refusal) {
      case NO_ROLE -> client(404, "ResourceNotFoundException", requestId, refusal, message);
      case TOO_MANY_REVIEWS, TOO_MANY_FORWARDED ->
          client(429, "ThrottlingException", requestId, refusal, message);
      case OTHER_HOST, TOKEN_MISSING, TOKEN_MALFORMED ->
          throw new IllegalArgumentException(refusal + " is answered with a sentence");
      case CALLER_UNKNOWN,
          TOO_MANY_WAITING,
          CALLER_IN_DOUBT,
          CALLER_AMBIGUOUS,
          CALLER_CHANGED,
          EKS_AGENT_UNAVAILABLE ->
          unavailable(requestId, refusal, message);
    };
  }

  private static Response client(
      int status, String code, String requestId, Enum<?> reason, String message) {
    return sentence(status, error(code, requestId, reason, message, "client"));
  }

  private static Response unavailable(String requestId, Enum<?> reason, String message) {
    String text = error("ServiceUnavailableException", requestId, reason, message, "server");
    return text(503, text).header("Retry-After", "1").build();
  }

  private static String error(
      String code, String requestId, Enum<?> reason, String message, String fault) {
    return "[%s]: (%s): %s: %s, fault: %s".formatted(requestId, code, reason, message, fault);
  }

  private static Response sentence(int status, String text) {
    return text(status, text).build();
  }

  private static Response.Builder text(int status, String text) {
    String line = BodyText.oneLine(text) + "\n";
    return Response.of(status, TEXT, line.getBytes(StandardCharsets.UTF_8));
  }
}
