package io.iambridge.sandbox.model;

import io.iambridge.agent.Bindings;
import io.iambridge.agent.callers.Callers;
import io.iambridge.agent.credentials.CredentialsCache;
import io.iambridge.agent.credentials.RenewalPolicy;
import io.iambridge.agent.evidence.CallListener;
import io.iambridge.agent.http.HttpService;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.imds.ImdsService;
import io.iambridge.agent.imds.Readiness;
import io.iambridge.agent.imds.SessionTokens;
import io.iambridge.agent.metadata.AllowedRoutes;
import io.iambridge.agent.metadata.MetadataConfig;
import io.iambridge.agent.metadata.TrueMetadata;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.podidentity.VerifiedTokens;
import io.iambridge.agent.upstream.CallerWatch;
import io.iambridge.agent.upstream.CredentialsClient;
import io.iambridge.agent.upstream.ServerTime;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * One process of a node's agent: the real thing from the wire to the answer, without HTTP and
 * iptables.
 */
final class ModelAgent {
  static final Duration PATIENCE = Duration.ofMillis(400);

  /** The domain words of one who does not listen. */
  private static final AgentMetrics SILENT =
      (AgentMetrics)
          Proxy.newProxyInstance(
              AgentMetrics.class.getClassLoader(),
              new Class<?>[] {AgentMetrics.class},
              (proxy, method, arguments) -> null);

  private static final Readiness READY =
      new Readiness() {
        @Override
        public Optional<String> notReady() {
          return Optional.empty();
        }

        @Override
        public Optional<String> notConnected() {
          return Optional.empty();
        }
      };

  private final CredentialsCache<Response> credentials;
  private final CallerWatch watch;
  private final HttpService imds;
  private boolean stopped;

  ModelAgent(
      Wire wire,
      SessionTokens tokens,
      ScheduledExecutorService state,
      InstantSource nodeClock,
      RandomGenerator random) {
    ServerTime clock = new ServerTime(nodeClock, () -> nanos(nodeClock.instant()));
    credentials =
        new CredentialsCache<>(
            new CredentialsClient(wire, clock),
            given -> Response.text(200, given.accessKeyId()).build(),
            new RenewalPolicy(),
            clock,
            random,
            state,
            SILENT);
    Callers callers =
        new Callers(Bindings.of(credentials, new VerifiedTokens(SILENT)), state, clock, SILENT);
    watch = new CallerWatch(wire, callers, state, random, SILENT, "model");
    imds =
        new ImdsService(
            callers,
            credentials,
            tokens,
            AllowedRoutes.NONE,
            TrueMetadata.at(MetadataConfig.NONE, clock, SILENT),
            READY,
            new ImdsService.Settings(/* tokenRequired= */ false, PATIENCE),
            clock,
            SILENT,
            CallListener.NONE);
    watch.start();
  }

  private static long nanos(Instant instant) {
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
  }

  void serve(Question question) {
    imds.serve(question);
  }

  /** Whether this process is gone, with every connection it had. */
  boolean stopped() {
    return stopped;
  }

  void stop() {
    stopped = true;
    watch.close();
    credentials.close();
  }
}
