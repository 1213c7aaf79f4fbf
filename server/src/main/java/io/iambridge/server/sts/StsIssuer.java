package io.iambridge.server.sts;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Issuer;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.metrics.StsOutcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.Tag;

/**
 * Issues credentials with AssumeRole. Blocks its thread, which is a virtual one; only so many calls
 * are under way at once, and the others wait for a place in the order they came.
 */
final class StsIssuer implements Issuer {
  private final StsClient sts;
  private final int durationSeconds;
  private final Places places;
  private final InstantSource clock;
  private final ServerMetrics metrics;

  StsIssuer(
      StsClient sts,
      Duration sessionDuration,
      Places places,
      InstantSource clock,
      ServerMetrics metrics) {
    this.sts = sts;
    this.durationSeconds = Math.toIntExact(sessionDuration.toSeconds());
    this.places = places;
    this.clock = clock;
    this.metrics = metrics;
  }

  @Override
  public Credentials issue(Session session) throws IssueException {
    Instant asked = clock.instant();
    if (!places.take()) {
      metrics.stsCall(StsOutcome.NO_PLACE, since(asked));
      throw new IssueException(
          Reason.STS_UNAVAILABLE, "for " + session + " there was " + places.none());
    }
    Instant started = clock.instant();
    try {
      Credentials credentials = assumeRole(session);
      metrics.stsCall(StsOutcome.OK, since(started));
      return credentials;
    } catch (SdkException e) {
      IssueException failure = StsFailure.of(e, session);
      metrics.stsCall(StsFailure.outcome(failure.reason()), since(started));
      throw failure;
    } finally {
      places.giveBack();
    }
  }

  private Credentials assumeRole(Session session) {
    AssumeRoleRequest.Builder request =
        AssumeRoleRequest.builder()
            .roleArn(session.role().toString())
            .roleSessionName(session.name())
            .durationSeconds(durationSeconds);
    session.externalId().ifPresent(request::externalId);
    if (!session.tags().isEmpty()) {
      request.tags(tags(session.tags()));
    }
    AssumeRoleResponse response = sts.assumeRole(request.build());
    var issued = response.credentials();
    return new Credentials(
        issued.accessKeyId(),
        issued.secretAccessKey(),
        issued.sessionToken(),
        clock.instant(),
        issued.expiration(),
        response.responseMetadata().requestId());
  }

  static List<Tag> tags(Map<String, String> tags) {
    return tags.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
        .toList();
  }

  private Duration since(Instant start) {
    return Duration.between(start, clock.instant());
  }
}
