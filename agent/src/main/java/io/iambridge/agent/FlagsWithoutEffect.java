package io.iambridge.agent;

import io.iambridge.common.cli.GoDuration;
import io.iambridge.common.cli.NoEffect;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Kiam's flags that are accepted, so that its manifests start the agent, and only warned of. */
@SuppressWarnings("unused") // Nothing reads them; that is the point.
final class FlagsWithoutEffect {
  private static final String NO_STATSD = "statsd is not spoken; metrics are at --admin-address";

  @NoEffect("a caller that names its own address could be anybody")
  @Option(
      names = "--allow-ip-query",
      negatable = true,
      defaultValue = "false",
      fallbackValue = "true",
      description = "kiam's; unsafe and ignored.")
  private boolean allowIpQuery;

  @NoEffect("the agent starts without a server and becomes ready when it is there")
  @Option(
      names = "--gateway-timeout-creation",
      paramLabel = "<duration>",
      defaultValue = "1s",
      converter = GoDuration.class,
      description = "kiam's; no effect.")
  private Duration gatewayTimeoutCreation;

  @NoEffect("the server's addresses are looked up whenever a connection is made")
  @Option(
      names = "--server-address-refresh",
      paramLabel = "<duration>",
      defaultValue = "0s",
      converter = GoDuration.class,
      description = "kiam's; no effect.")
  private Duration serverAddressRefresh;

  @NoEffect("metrics are always current")
  @Option(
      names = "--prometheus-sync-interval",
      paramLabel = "<duration>",
      defaultValue = "5s",
      converter = GoDuration.class,
      description = "kiam's; no effect.")
  private Duration prometheusSyncInterval;

  @NoEffect("pprof is Go's; a JVM is profiled with jcmd and Flight Recorder")
  @Option(
      names = "--pprof-listen-addr",
      paramLabel = "<host:port>",
      defaultValue = "",
      description = "kiam's; no effect.")
  private String pprofListenAddr;

  @NoEffect(NO_STATSD)
  @Option(names = "--statsd", paramLabel = "<host:port>", description = "kiam 3's; no effect.")
  private @Nullable String statsd;

  @NoEffect(NO_STATSD)
  @Option(names = "--statsd-prefix", paramLabel = "<prefix>", description = "kiam 3's; no effect.")
  private @Nullable String statsdPrefix;

  @NoEffect(NO_STATSD)
  @Option(
      names = "--statsd-interval",
      paramLabel = "<duration>",
      converter = GoDuration.class,
      description = "kiam 3's; no effect.")
  private @Nullable Duration statsdInterval;
}
