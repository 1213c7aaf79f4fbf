package io.iambridge.server.iam;

import java.io.Closeable;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.IamClientBuilder;

/** A client of one partition's IAM. */
final class IamConnection implements Closeable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  private final SdkHttpClient http;
  private final IamClient client;

  private IamConnection(SdkHttpClient http, IamClient client) {
    this.http = http;
    this.client = client;
  }

  /**
   * Prepares the client; nothing is sent yet.
   *
   * @param region tells which partition's IAM is asked; empty for the usual one
   * @param endpoint instead of IAM's own
   * @param attempt how long one try may take
   * @param call how long all tries of a call may take
   */
  static IamConnection open(
      Optional<Region> region,
      Optional<URI> endpoint,
      AwsCredentialsProvider credentials,
      Duration attempt,
      Duration call) {
    SdkHttpClient http =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(CONNECT_TIMEOUT)
            .socketTimeout(attempt)
            .build();
    IamClientBuilder builder =
        IamClient.builder()
            .httpClient(http)
            .region(home(region))
            .credentialsProvider(credentials)
            .overrideConfiguration(override ->
                override
                    .retryStrategy(AwsRetryStrategy.standardRetryStrategy())
                    .apiCallAttemptTimeout(attempt)
                    .apiCallTimeout(call));
    endpoint.ifPresent(builder::endpointOverride);
    return new IamConnection(http, builder.build());
  }

  /**
   * IAM is one for a partition, and takes signatures for the region that it is at home in
   * (https://docs.aws.amazon.com/general/latest/gr/iam-service.html). By that region the SDK signs
   * right for another endpoint too, where it does not look the region up.
   */
  private static Region home(Optional<Region> region) {
    String partition = region.map(one -> one.metadata().partition().id()).orElse("aws");
    return switch (partition) {
      case "aws" -> Region.US_EAST_1;
      case "aws-cn" -> Region.CN_NORTH_1;
      case "aws-us-gov" -> Region.US_GOV_WEST_1;
      default -> region.orElseThrow();
    };
  }

  IamClient client() {
    return client;
  }

  /** What GetRole's AssumeRolePolicyDocument says: by RFC 3986, in which a plus is a plus. */
  static String decoded(String document) {
    return URLDecoder.decode(document.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    client.close();
    http.close();
  }
}
