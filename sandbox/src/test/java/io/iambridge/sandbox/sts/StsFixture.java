package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.TrustPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;

/** An emulator with a server's user, a role that trusts it, and SDK clients that do not retry. */
final class StsFixture implements AutoCloseable {

  static final String USER = "arn:aws:iam::111122223333:user/iambridge";
  static final String ROLE = "arn:aws:iam::111122223333:role/team/reader";

  final InstantSource clock = Clock.systemUTC();
  final Iam iam = new Iam(clock, new Random(7));
  final AccessKey server = iam.createAccessKey(USER);
  final StsEmulator sts;

  StsFixture() {
    iam.putRole(ROLE, TrustPolicy.trusting(USER), Duration.ofHours(2));
    try {
      sts = StsEmulator.start(iam, "eu-west-1", /* port= */ 0, clock, new Random(8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  StsClient asServer() {
    return client(AwsBasicCredentials.create(server.id(), server.secret()), builder -> {});
  }

  StsClient as(Credentials issued) {
    return client(
        AwsSessionCredentials.create(
            issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken()),
        builder -> {});
  }

  StsClient client(AwsCredentials credentials, Consumer<StsClientBuilder> change) {
    StsClientBuilder builder =
        StsClient.builder()
            .endpointOverride(sts.endpoint())
            .region(Region.EU_WEST_1)
            .httpClient(UrlConnectionHttpClient.create())
            .credentialsProvider(StaticCredentialsProvider.create(credentials))
            .overrideConfiguration(
                config -> config.retryStrategy(retries -> retries.maxAttempts(1)));
    change.accept(builder);
    return builder.build();
  }

  StsClient retryingClient() {
    return client(
        AwsBasicCredentials.create(server.id(), server.secret()),
        builder ->
            builder.overrideConfiguration(config -> config.retryStrategy(RetryMode.STANDARD)));
  }

  Credentials assume(String roleArn) {
    try (StsClient client = asServer()) {
      return client.assumeRole(request(roleArn).build()).credentials();
    }
  }

  static AssumeRoleRequest.Builder request(String roleArn) {
    return AssumeRoleRequest.builder().roleArn(roleArn).roleSessionName("kiam-kiam");
  }

  @Override
  public void close() {
    sts.close();
  }
}
