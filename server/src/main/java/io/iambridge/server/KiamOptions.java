package io.iambridge.server;

import io.iambridge.common.cli.NoEffect;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * kiam's server flags that mean nothing here, accepted so that its manifests start us unchanged.
 */
final class KiamOptions {
  private static final String STATSD =
      "kiam dropped StatsD in version 4.0; /metrics is for Prometheus";

  @NoEffect("credentials are fetched when an agent asks, each on a thread of its own")
  @Option(names = "--fetchers", paramLabel = "N", description = "No effect; kiam's.")
  @Nullable String fetchers;

  @NoEffect("there is no buffer that could overflow")
  @Option(names = "--prefetch-buffer-size", paramLabel = "N", description = "No effect; kiam's.")
  @Nullable String prefetchBufferSize;

  @NoEffect("watches are renewed by themselves, and report every gap")
  @Option(names = "--sync", paramLabel = "DURATION", description = "No effect; kiam's.")
  @Nullable String sync;

  @NoEffect("credentials are renewed at half of their life")
  @Option(names = "--session-refresh", paramLabel = "DURATION", description = "No effect; kiam's.")
  @Nullable String sessionRefresh;

  @NoEffect("it did nothing in kiam either")
  @Option(
      names = "--prometheus-sync-interval",
      paramLabel = "DURATION",
      description = "No effect; kiam's.")
  @Nullable String prometheusSyncInterval;

  @NoEffect("a JVM is profiled with jcmd and Java Flight Recorder")
  @Option(names = "--pprof-listen-addr", paramLabel = "ADDRESS", description = "No effect; kiam's.")
  @Nullable String pprofListenAddr;

  @NoEffect(STATSD)
  @Option(names = "--statsd", paramLabel = "ADDRESS", description = "No effect; kiam's.")
  @Nullable String statsd;

  @NoEffect(STATSD)
  @Option(names = "--statsd-prefix", paramLabel = "PREFIX", description = "No effect; kiam's.")
  @Nullable String statsdPrefix;

  @NoEffect(STATSD)
  @Option(names = "--statsd-interval", paramLabel = "DURATION", description = "No effect; kiam's.")
  @Nullable String statsdInterval;
}
