package io.iambridge.common.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where the admin endpoint listens. Two options and not two names of one, because an error must
 * name the one that was given.
 */
public final class AdminOptions {
  @Option(
      names = "--admin-address",
      paramLabel = "HOST:PORT",
      converter = HostPort.Converter.class,
      description = "Where to serve /healthz, /readyz and /metrics.")
  private @Nullable HostPort adminAddress;

  @Option(
      names = "--prometheus-listen-addr",
      paramLabel = "HOST:PORT",
      converter = HostPort.Converter.class,
      description = "kiam's name for --admin-address.")
  private @Nullable HostPort prometheusListenAddress;

  /** The address given, or the program's own. */
  public HostPort address(HostPort fallback) {
    if (adminAddress != null) {
      return adminAddress;
    }
    return prometheusListenAddress != null ? prometheusListenAddress : fallback;
  }
}
