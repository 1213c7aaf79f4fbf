package io.iambridge.server.sts;

import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.metrics.StsOutcome;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.targets.TargetException;
import io.iambridge.server.targets.TokenExchange;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityResponse;

/**
 * Exchanges a pod's token with AssumeRoleWithWebIdentity, which is a call without credentials; and,
 * for a role that is to be had through another, assumes that with what the first gave. Each call
 * takes one of the places for calls of STS.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html">
 *     AssumeRoleWithWebIdentity</a>
 */
final class WebIdentityExchange implements TokenExchange {
  /** Credentials that only assume the next role live as short as STS lets them. */
  private static final Duration FIRST_OF_CHAIN = StsConfig.MIN_DURATION;

  /** What every role allows: MaxSessionDuration is an hour at least. */
  private static final Duration ALLOWED_BY_ALL = Duration.ofHours(1);

  private final StsClient sts;
  private final Duration sessionDuration;
  private final Places places;
  private final InstantSource clock;
  private final ServerMetrics metrics;

  /**
   * @param sts without credentials
   * @param sessionDuration what to ask for where the role allows it
   */
  WebIdentityExchange(
      StsClient sts,
      Duration sessionDuration,
      Places places,
      InstantSource clock,
      ServerMetrics metrics) {
    this.sts = sts;
    this.sessionDuration = sessionDuration;
    this.places = places;
    this.clock = clock;
    this.metrics = metrics;
  }

  @Override
  public Credentials exchange(Session session, String token) throws TargetException {
    if (!(session.mechanism() instanceof Mechanism.WebIdentity web)) {
      throw new IllegalArgumentException("not by web identity: " + session);
    }
    Optional<RoleArn> via = web.via();
    if (via.isEmpty()) {
      return credentials(longest(session, token));
    }
    AssumeRoleWithWebIdentityResponse first =
        call(
            () ->
                sts.assumeRoleWithWebIdentity(
                    request(via.get(), session.name(), FIRST_OF_CHAIN, token)),
            e -> WebIdentityFailure.ofToken(e, token));
    return credentials(
        call(
            () -> assumeNext(session, first),
            e ->
                WebIdentityFailure.ofChain(
                    e,
                    token,
                    first.credentials().sessionToken(),
                    first.credentials().secretAccessKey(),
                    session.externalId().orElse(""))));
  }

  /** As long as wanted, or else as long as every role allows. */
  private AssumeRoleWithWebIdentityResponse longest(Session session, String token)
      throws TargetException {
    try {
      return withToken(session, sessionDuration, token);
    } catch (TargetException e) {
      if (sessionDuration.compareTo(ALLOWED_BY_ALL) > 0 && WebIdentityFailure.isTooLong(e)) {
        return withToken(session, ALLOWED_BY_ALL, token);
      }
      throw e;
    }
  }

  private AssumeRoleWithWebIdentityResponse withToken(
      Session session, Duration duration, String token) throws TargetException {
    return call(
        () ->
            sts.assumeRoleWithWebIdentity(request(session.role(), session.name(), duration, token)),
        e -> WebIdentityFailure.ofToken(e, token));
  }

  private static AssumeRoleWithWebIdentityRequest request(
      RoleArn role, String name, Duration duration, String token) {
    return AssumeRoleWithWebIdentityRequest.builder()
        .roleArn(role.toString())
        .roleSessionName(name)
        .durationSeconds(Math.toIntExact(duration.toSeconds()))
        .webIdentityToken(token)
        .build();
  }

  /** An hour is the most in a chain; see {@link StsConfig#MAX_CHAINED_DURATION}. */
  private AssumeRoleResponse assumeNext(Session session, AssumeRoleWithWebIdentityResponse first) {
    var gained = first.credentials();
    Duration duration =
        sessionDuration.compareTo(StsConfig.MAX_CHAINED_DURATION) < 0
            ? sessionDuration
            : StsConfig.MAX_CHAINED_DURATION;
    AssumeRoleRequest.Builder request =
        AssumeRoleRequest.builder()
            .roleArn(session.role().toString())
            .roleSessionName(session.name())
            .durationSeconds(Math.toIntExact(duration.toSeconds()))
            .overrideConfiguration(override ->
                override.credentialsProvider(
                    StaticCredentialsProvider.create(
                        AwsSessionCredentials.create(
                            gained.accessKeyId(),
                            gained.secretAccessKey(),
                            gained.sessionToken()))));
    session.externalId().ifPresent(request::externalId);
    if (!session.tags().isEmpty()) {
      request.tags(StsIssuer.tags(session.tags()));
    }
    return sts.assumeRole(request.build());
  }

  /** What the SDK throws goes no further: it may show the token. */
  private <R> R call(Supplier<R> call, Function<SdkException, TargetException> meaning)
      throws TargetException {
    Instant asked = clock.instant();
    if (!places.take()) {
      metrics.stsCall(StsOutcome.NO_PLACE, since(asked));
      throw new TargetException(Finding.UNREACHABLE, places.none());
    }
    Instant started = clock.instant();
    try {
      R answer = call.get();
      metrics.stsCall(StsOutcome.OK, since(started));
      return answer;
    } catch (SdkException e) {
      TargetException failure = meaning.apply(e);
      metrics.stsCall(WebIdentityFailure.outcome(failure.finding()), since(started));
      throw failure;
    } finally {
      places.giveBack();
    }
  }

  private Credentials credentials(AssumeRoleWithWebIdentityResponse response) {
    return credentials(response.credentials(), response.responseMetadata().requestId());
  }

  private Credentials credentials(AssumeRoleResponse response) {
    return credentials(response.credentials(), response.responseMetadata().requestId());
  }

  private Credentials credentials(
      software.amazon.awssdk.services.sts.model.Credentials issued, String requestId) {
    return new Credentials(
        issued.accessKeyId(),
        issued.secretAccessKey(),
        issued.sessionToken(),
        clock.instant(),
        issued.expiration(),
        requestId,
        Mechanism.Kind.WEB_IDENTITY,
        /* fallback= */ false);
  }

  private Duration since(Instant start) {
    return Duration.between(start, clock.instant());
  }
}
