package io.iambridge.server;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.iambridge.common.cli.GoDuration;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.cli.LogOptions;
import io.iambridge.common.cli.NoEffect;
import io.iambridge.common.cli.Program;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.cli.TlsOptions;
import io.iambridge.common.tls.ReloadingTls;
import io.iambridge.common.tls.TlsFiles;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Asks a server whether it serves: kiam's {@code health}, an exec probe of its manifests. */
@Command(
    name = "health",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Asks a server whether it serves; exits 0 or 1.")
final class HealthCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(HealthCommand.class);
  private static final String ONE_CALL = "the probe makes one call and ends";

  @Spec CommandSpec spec;
  @Mixin TlsOptions tls;
  @Mixin LogOptions log;

  @Option(
      names = "--server-address",
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:9610",
      converter = HostPort.Converter.class,
      description =
          "The server; its certificate must be for this host (default: ${DEFAULT-VALUE}).")
  HostPort serverAddress;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "1s",
      converter = GoDuration.class,
      description = "How long to wait for the answer (default: ${DEFAULT-VALUE}).")
  Duration timeout;

  @NoEffect("--timeout is for everything")
  @Option(
      names = "--gateway-timeout-creation",
      paramLabel = "DURATION",
      description = "No effect; kiam's.")
  @Nullable String gatewayTimeoutCreation;

  @NoEffect("it did nothing in kiam either")
  @Option(
      names = "--server-address-refresh",
      paramLabel = "DURATION",
      description = "No effect; kiam's.")
  @Nullable String serverAddressRefresh;

  @NoEffect(ONE_CALL)
  @Option(
      names = "--grpc-keepalive-time-duration",
      paramLabel = "DURATION",
      description = "No effect; kiam's.")
  @Nullable String keepAliveTime;

  @NoEffect(ONE_CALL)
  @Option(
      names = "--grpc-keepalive-timeout-duration",
      paramLabel = "DURATION",
      description = "No effect; kiam's.")
  @Nullable String keepAliveTimeout;

  @NoEffect(ONE_CALL)
  @Option(
      names = "--grpc-keepalive-permit-without-stream",
      negatable = true,
      description = "No effect; kiam's.")
  boolean keepAliveWithoutStream;

  @Override
  public Integer call() {
    TlsFiles files = tls.clientFiles(/* mutual= */ false, spec.commandLine());
    log.configure();
    Program.noEffectWarnings(spec.commandLine().getParseResult()).forEach(LOG::warn);
    try (ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        ReloadingTls certificates = ReloadingTls.load(files, InstantSource.system(), scheduler)) {
      check(certificates);
      return 0;
    }
  }

  private void check(ReloadingTls certificates) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(serverAddress.host(), serverAddress.port())
            .sslContext(certificates.clientContext())
            .build();
    try {
      ServingStatus status =
          HealthGrpc.newBlockingStub(channel)
              .withWaitForReady()
              .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus();
      if (status != ServingStatus.SERVING) {
        throw new StartException("the server at " + serverAddress + " says " + status);
      }
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      throw new StartException(
          "the server at %s does not answer: %s %s"
              .formatted(serverAddress, status.getCode(), firstLine(status.getDescription())),
          e);
    } finally {
      channel.shutdownNow();
    }
  }

  /** gRPC puts whole stack traces into the description of what it waited for. */
  private static String firstLine(@Nullable String description) {
    return description == null ? "" : description.lines().findFirst().orElse("");
  }
}
