package io.iambridge.agent.imds;

import io.iambridge.agent.http.BodyText;
import io.iambridge.agent.http.Response;

/** The answers that are not documents. Bodies of errors are one line and hold no secret. */
final class Answers {
  static final Response PONG = Response.text(200, "pong").buildShared();
  static final Response HEALTHY = Response.text(200, "ok").buildShared();
  static final Response NOT_SERVED = error(404, "not served by iambridge");
  static final Response TOKEN_ON_DATED_VERSION =
      error(403, "session tokens are created at /latest/api/token only");
  static final Response TOKEN_FORWARDED =
      error(403, "no session tokens for requests with X-Forwarded-For");
  static final Response TOKEN_MISSING =
      error(401, "a session token is required: PUT /latest/api/token first");
  static final Response TOKEN_INVALID =
      error(401, "the session token is expired or not this pod's");
  static final Response NO_ROLE =
      error(404, "this pod has no role: annotation iam.amazonaws.com/role is missing");
  static final Response OTHER_ROLE = error(403, "this pod may have only the role it is listed");
  static final Response CALLER_UNKNOWN = unavailable("no pod is known at this address yet");
  static final Response TOO_MANY_WAITING = unavailable("too many requests from unknown addresses");
  static final Response CALLER_IN_DOUBT =
      unavailable("another pod may be at this address now; the server has not confirmed who");
  static final Response CALLER_AMBIGUOUS = unavailable("several pods claim this address");
  static final Response CALLER_CHANGED = unavailable("the pod at this address has just changed");

  private Answers() {}

  static Response error(int status, String reason) {
    return Response.text(status, BodyText.oneLine(reason)).buildShared();
  }

  /** For reasons that are only known when they come up. */
  static Response refused(Enum<?> reason, String message) {
    return Response.text(403, BodyText.oneLine(reason + ": " + message)).build();
  }

  static Response unavailable(Enum<?> reason, String message) {
    return Response.text(503, BodyText.oneLine(reason + ": " + message))
        .header("Retry-After", "1")
        .build();
  }

  static Response unhealthy(String reason) {
    return Response.text(503, BodyText.oneLine(reason)).header("Retry-After", "1").build();
  }

  static Response malformed(String why) {
    return Response.text(400, BodyText.oneLine(why)).build();
  }

  static Response wrongMethod(String allow) {
    return Response.text(405, "method not allowed").header("Allow", allow).build();
  }

  static Response token(String token, int ttlSeconds) {
    return Response.text(200, token)
        .header("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", Integer.toString(ttlSeconds))
        .build();
  }

  private static Response unavailable(String reason) {
    return Response.text(503, BodyText.oneLine(reason)).header("Retry-After", "1").buildShared();
  }
}
