package io.iambridge.sandbox.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.pods.PodAnswer;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * What a caller got: its credentials, or why not.
 *
 * @param trouble empty when it got what it may have; a short text otherwise
 * @param status of the last answer; 0 or less for none
 * @param expiration of the credentials
 */
record Answer(Optional<String> trouble, int status, Optional<Instant> expiration) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_LINE = 500;

  boolean good() {
    return trouble.isEmpty();
  }

  /**
   * Reads an answer to a request for credentials, or one that came instead on the way there.
   *
   * @param holder the ARN that STS must know the holder of the credentials by
   */
  static Answer read(PodAnswer answer, String holder, Iam iam, Instant now) {
    if (answer.status() != 200) {
      return new Answer(Optional.of(refusal(answer)), answer.status(), Optional.empty());
    }
    try {
      JsonNode document = JSON.readTree(answer.body());
      Instant expiration = Instant.parse(document.path("Expiration").asText());
      String got =
          iam.accessKey(document.path("AccessKeyId").asText())
              .map(key -> key.principal().arn().toString())
              .orElse("nobody");
      Optional<String> trouble =
          !got.equals(holder)
              ? Optional.of("the credentials of " + got)
              : !now.isBefore(expiration) ? Optional.of("expired credentials") : Optional.empty();
      return new Answer(trouble, 200, Optional.of(expiration));
    } catch (IOException | RuntimeException e) {
      return new Answer(Optional.of("no credentials in a 200"), 200, Optional.empty());
    }
  }

  /** A refusal that a person can use: one line, and when to ask again if it may help. */
  private static String refusal(PodAnswer answer) {
    String body = answer.body();
    if (body.isBlank() || body.length() > MOST_LINE || body.strip().lines().count() != 1) {
      return answer.status() + " without a reason in one line";
    }
    if (answer.status() == 503 && answer.header("retry-after").isEmpty()) {
      return "503 without Retry-After";
    }
    return answer.status() + " " + body.strip();
  }
}
