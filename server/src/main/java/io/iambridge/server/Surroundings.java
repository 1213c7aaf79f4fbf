package io.iambridge.server;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/**
 * What a server takes from the world around it rather than from its flags.
 *
 * @param clock the time
 * @param random chance; used by many threads
 * @param awsCredentials who we are to AWS; empty for what the AWS SDK finds, which the server then
 *     closes when it stops
 * @param awsRegion where we are when no flag says so
 * @param metrics where metrics are registered; of one server only
 */
public record Surroundings(
    InstantSource clock,
    RandomGenerator random,
    Optional<AwsCredentialsProvider> awsCredentials,
    AwsRegionProvider awsRegion,
    PrometheusRegistry metrics) {

  /**
   * With the AWS SDK's default chains: environment, web identity, Pod Identity, profile, instance.
   *
   * @param random shared between threads, so it must be safe for that
   */
  public static Surroundings of(InstantSource clock, RandomGenerator random) {
    return new Surroundings(
        clock,
        random,
        Optional.empty(),
        new DefaultAwsRegionProviderChain(),
        new PrometheusRegistry());
  }

  /** The same, but this is who we are to AWS. */
  public Surroundings withAwsCredentials(AwsCredentialsProvider credentials) {
    return new Surroundings(clock, random, Optional.of(credentials), awsRegion, metrics);
  }
}
