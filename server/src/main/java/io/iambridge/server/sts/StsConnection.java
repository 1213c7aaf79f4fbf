package io.iambridge.server.sts;

import io.iambridge.common.cli.GoDuration;
import io.iambridge.common.cli.StartException;
import io.iambridge.server.credentials.Issuer;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.targets.TokenExchange;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;

/**
 * The AWS SDK's clients for STS: one with our own credentials; where we become another role first,
 * one with that role's, which the SDK renews in the background; and one without any, for pods'
 * tokens.
 */
public final class StsConnection implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(StsConnection.class);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final String OWN_SESSION_NAME = "iambridge-server";

  private final StsConfig config;
  private final StsClient own;
  private final StsClient asked;
  private final StsClient anonymous;
  private final Places places;
  // Closed in reverse: a client before the credentials it uses.
  private final Deque<AutoCloseable> closeables = new ArrayDeque<>();

  private StsConnection(
      StsConfig config, Region region, SdkHttpClient http, AwsCredentialsProvider credentials) {
    this.config = config;
    closeables.push(http);
    this.own = client(config, region, http, credentials);
    closeables.push(own);
    this.anonymous = client(config, region, http, AnonymousCredentialsProvider.create());
    closeables.push(anonymous);
    this.places = new Places(config.concurrency(), config.placeTimeout());
    this.asked =
        config
            .assumeRole()
            .map(role -> {
              StsAssumeRoleCredentialsProvider chained =
                  StsAssumeRoleCredentialsProvider.builder()
                      .stsClient(own)
                      .asyncCredentialUpdateEnabled(true)
                      .refreshRequest(request ->
                          request.roleArn(role.toString()).roleSessionName(OWN_SESSION_NAME))
                      .build();
              closeables.push(chained);
              StsClient client = client(config, region, http, chained);
              closeables.push(client);
              return client;
            })
            .orElse(own);
  }

  /**
   * Prepares the clients; nothing is sent yet.
   *
   * @param credentials our own, as the SDK's default chain finds them or as a test gives them
   * @param regions where to find the region when the configuration has none; when that finds none
   *     either, it is the global STS
   */
  public static StsConnection open(
      StsConfig config, AwsCredentialsProvider credentials, AwsRegionProvider regions) {
    Region region = region(config, regions).orElseGet(StsConnection::global);
    SdkHttpClient http =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(CONNECT_TIMEOUT)
            .socketTimeout(config.attemptTimeout())
            .build();
    return new StsConnection(config, region, http, credentials);
  }

  /**
   * The region that is configured, or else the one that the SDK finds.
   *
   * @return empty when there is none
   */
  public static Optional<Region> region(StsConfig config, AwsRegionProvider regions) {
    if (config.region().isPresent()) {
      return config.region().map(Region::of);
    }
    try {
      return Optional.ofNullable(regions.getRegion());
    } catch (SdkException e) {
      LOG.debug("The AWS SDK found no region", e);
      return Optional.empty();
    }
  }

  private static Region global() {
    LOG.warn(
        "No AWS region is known: the global STS is asked, as kiam did without --region. It is one"
            + " place far away for most: set --region, or AWS_REGION in the environment");
    return Region.AWS_GLOBAL;
  }

  /**
   * The SDK's standard retries: three attempts with growing, random pauses, and a quota that stops
   * retries altogether while most calls fail. Its adaptive mode is not for us: while STS throttles
   * it lets half a call a second through, of all roles together, so that 64 callers wait for
   * minutes and fail for lack of time instead of being told that STS throttles.
   */
  private static StsClient client(
      StsConfig config, Region region, SdkHttpClient http, AwsCredentialsProvider credentials) {
    StsClientBuilder builder =
        StsClient.builder()
            .httpClient(http)
            .region(region)
            .credentialsProvider(credentials)
            .overrideConfiguration(override ->
                override
                    .retryStrategy(AwsRetryStrategy.standardRetryStrategy())
                    .apiCallAttemptTimeout(config.attemptTimeout())
                    .apiCallTimeout(config.callTimeout()));
    config.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  /**
   * Asks STS who we are, before any {@code --assume-role-arn}.
   *
   * @throws StartException when STS does not say
   */
  public CallerIdentity identity() {
    try {
      return CallerIdentity.parse(own.getCallerIdentity().arn());
    } catch (SdkException | IllegalArgumentException e) {
      throw new StartException(
          "STS does not say who we are (GetCallerIdentity): "
              + StsFailure.oneLine(String.valueOf(e.getMessage())),
          e);
    }
  }

  /** Issues credentials over this connection, with ours. To be called once. */
  public Issuer issuer(InstantSource clock, ServerMetrics metrics) {
    metrics.stsLoad(places::taken, places::waiting);
    return new StsIssuer(asked, sessionDuration(), places, clock, metrics);
  }

  /** Exchanges pods' tokens over this connection, without our credentials. */
  public TokenExchange webIdentity(InstantSource clock, ServerMetrics metrics) {
    return new WebIdentityExchange(anonymous, config.sessionDuration(), places, clock, metrics);
  }

  /**
   * STS refuses sessions of more than an hour to a caller that is an assumed role itself, with a
   * ValidationError for every single pod; an hour works.
   *
   * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html">Role chaining</a>
   */
  private Duration sessionDuration() {
    Duration wanted = config.sessionDuration();
    if (wanted.compareTo(StsConfig.MAX_CHAINED_DURATION) <= 0) {
      return wanted;
    }
    Optional<String> chained = chained();
    chained.ifPresent(why ->
        LOG.atWarn()
            .addKeyValue("sessionDuration", GoDuration.format(wanted))
            .addKeyValue("why", why)
            .log("--session-duration is cut to 1h, the most that STS grants in role chaining"));
    return chained.isPresent() ? StsConfig.MAX_CHAINED_DURATION : wanted;
  }

  private Optional<String> chained() {
    if (config.assumeRole().isPresent()) {
      return Optional.of("--assume-role-arn is given");
    }
    try {
      CallerIdentity identity = identity();
      return identity.assumedRole()
          ? Optional.of("the server is " + identity.arn())
          : Optional.empty();
    } catch (StartException e) {
      return Optional.of(
          "it is not known whether the server is an assumed role: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    while (!closeables.isEmpty()) {
      try {
        closeables.pop().close();
      } catch (Exception e) {
        LOG.debug("Closing an AWS client failed", e);
      }
    }
  }
}
