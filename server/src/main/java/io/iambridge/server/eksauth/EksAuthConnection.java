package io.iambridge.server.eksauth;

import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.metrics.StsOutcome;
import io.iambridge.server.targets.Finding;
import io.iambridge.server.targets.TargetException;
import io.iambridge.server.targets.TargetsConfig;
import io.iambridge.server.targets.TokenExchange;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eksauth.EksAuthClient;
import software.amazon.awssdk.services.eksauth.EksAuthClientBuilder;
import software.amazon.awssdk.services.eksauth.model.AssumeRoleForPodIdentityResponse;

/**
 * Exchanges pods' tokens with EKS Auth's AssumeRoleForPodIdentity, signed with our own credentials.
 * How long a session lives is for EKS to say.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html">
 *     AssumeRoleForPodIdentity</a>
 */
public final class EksAuthConnection implements TokenExchange, Closeable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration PLACE_TIMEOUT = Duration.ofSeconds(10);

  /** EKS Auth's quotas are a cluster's, and smaller than STS's. */
  private static final int CONCURRENCY = 32;

  private final Optional<String> clusterName;
  private final @Nullable EksAuthClient client;
  private final SdkHttpClient http;
  private final Semaphore places = new Semaphore(CONCURRENCY, /* fair= */ true);
  private final InstantSource clock;
  private final ServerMetrics metrics;

  private EksAuthConnection(
      Optional<String> clusterName,
      @Nullable EksAuthClient client,
      SdkHttpClient http,
      InstantSource clock,
      ServerMetrics metrics) {
    this.clusterName = clusterName;
    this.client = client;
    this.http = http;
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * Prepares the client; nothing is sent yet.
   *
   * @param region empty when none is known, so that there is nobody to ask
   * @param credentials our own
   */
  public static EksAuthConnection open(
      TargetsConfig config,
      Optional<Region> region,
      AwsCredentialsProvider credentials,
      InstantSource clock,
      ServerMetrics metrics) {
    SdkHttpClient http =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(CONNECT_TIMEOUT)
            .socketTimeout(ATTEMPT_TIMEOUT)
            .build();
    EksAuthClient client =
        config.clusterName().isEmpty() || region.isEmpty()
            ? null
            : client(config, region.get(), credentials, http);
    return new EksAuthConnection(config.clusterName(), client, http, clock, metrics);
  }

  private static EksAuthClient client(
      TargetsConfig config, Region region, AwsCredentialsProvider credentials, SdkHttpClient http) {
    EksAuthClientBuilder builder =
        EksAuthClient.builder()
            .httpClient(http)
            .region(region)
            .credentialsProvider(credentials)
            .overrideConfiguration(override ->
                override
                    .retryStrategy(AwsRetryStrategy.standardRetryStrategy())
                    .apiCallAttemptTimeout(ATTEMPT_TIMEOUT)
                    .apiCallTimeout(CALL_TIMEOUT));
    config.eksAuthEndpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  @Override
  public Credentials exchange(Session session, String token) throws TargetException {
    String cluster =
        clusterName.orElseThrow(
            () -> new TargetException(Finding.NO_CLUSTER_NAME, "the server has no --cluster-name"));
    EksAuthClient asked = client;
    if (asked == null) {
      throw new TargetException(
          Finding.UNREACHABLE, "no AWS region is known: set --region, or AWS_REGION");
    }
    AssumeRoleForPodIdentityResponse response = ask(asked, cluster, token);
    String given = response.assumedRoleUser().arn();
    AssumedRole role = AssumedRole.parse(given);
    if (!role.isOf(session.role())) {
      throw new TargetException(
          Finding.DIFFERENT_ROLE,
          "the association gives " + given + ", wanted is " + session.role());
    }
    var issued = response.credentials();
    return new Credentials(
        issued.accessKeyId(),
        issued.secretAccessKey(),
        issued.sessionToken(),
        clock.instant(),
        issued.expiration(),
        String.valueOf(response.responseMetadata().requestId()),
        Mechanism.Kind.POD_IDENTITY,
        /* fallback= */ false);
  }

  private AssumeRoleForPodIdentityResponse ask(EksAuthClient asked, String cluster, String token)
      throws TargetException {
    Instant started = clock.instant();
    if (!getPlace()) {
      metrics.eksAuthCall(StsOutcome.NO_PLACE, since(started));
      throw new TargetException(
          Finding.UNREACHABLE,
          "no place to ask EKS Auth: all %d calls are slow".formatted(CONCURRENCY));
    }
    try {
      AssumeRoleForPodIdentityResponse response =
          asked.assumeRoleForPodIdentity(request -> request.clusterName(cluster).token(token));
      metrics.eksAuthCall(StsOutcome.OK, since(started));
      return response;
    } catch (SdkException e) {
      // What the SDK throws goes no further: it may show the token.
      TargetException failure = EksAuthFailure.of(e, token);
      metrics.eksAuthCall(EksAuthFailure.outcome(failure.finding()), since(started));
      throw failure;
    } finally {
      places.release();
    }
  }

  private boolean getPlace() {
    try {
      return places.tryAcquire(PLACE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Duration since(Instant start) {
    return Duration.between(start, clock.instant());
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
    http.close();
  }
}
