package io.iambridge.agent;

import io.iambridge.agent.http.CallerLimits;
import io.iambridge.agent.imds.ImdsService;
import io.iambridge.agent.podidentity.PodIdentityConfig;
import io.iambridge.agent.upstream.ServerChannel.KeepAlive;
import io.iambridge.common.cli.AdminOptions;
import io.iambridge.common.cli.GoDuration;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.cli.LogOptions;
import io.iambridge.common.cli.Program;
import io.iambridge.common.cli.TlsOptions;
import io.iambridge.common.logging.LogFormat;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The agent's flags. Kiam's keep their names, meaning and defaults. */
@Command(
    name = "iambridge-agent",
    description = "Answers the metadata requests of the pods of one node.",
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    versionProvider = AgentVersion.class,
    subcommands = IptablesCommand.class,
    sortOptions = false,
    showDefaultValues = true)
final class AgentCommand implements Callable<Integer> {
  /** Kiam's word for this program: {@code kiam agent --port=8181 …}. */
  static final String KIAM_COMMAND = "agent";

  private static final Duration SHORTEST_EVIDENCE_INTERVAL = Duration.ofSeconds(1);
  private static final HostPort DEFAULT_ADMIN_ADDRESS = new HostPort("", 9620);

  /** What happens with flags that are right. */
  @FunctionalInterface
  interface Runner {
    /** Runs until told to stop. */
    void run(AgentConfig config, LogFormat format, String level, List<String> warnings)
        throws InterruptedException;
  }

  /** Whether requests without a session token are answered. */
  enum ImdsV1 {
    allow,
    deny
  }

  /** Whether what the node sees of its neighbours counts. */
  enum NeighbourCheck {
    auto,
    off
  }

  private final Map<String, String> environment;
  private final Runner runner;

  @Spec private CommandSpec spec;
  @Mixin private TlsOptions tls;
  @Mixin private ServerAuthOptions serverAuth;
  @Mixin private AdminOptions admin;
  @Mixin private LogOptions log;
  @Mixin private InterceptionOptions interception;
  @Mixin private PodIdentityOptions podIdentity;
  @Mixin private MetadataOptions metadata;

  @Option(
      names = "--port",
      paramLabel = "<port>",
      defaultValue = "3100",
      description = "Port that pods' metadata requests are redirected to.")
  private int port;

  @Option(
      names = "--listen-address",
      paramLabel = "<address>",
      defaultValue = "",
      description = "Address to listen on for pods; every address of the node if empty.")
  private String listenAddress;

  @Option(
      names = "--server-address",
      paramLabel = "<host:port>",
      defaultValue = "localhost:9610",
      converter = HostPort.Converter.class,
      description = "The server; a name with several addresses is several replicas.")
  private HostPort serverAddress;

  @Option(
      names = "--node-name",
      paramLabel = "<name>",
      description = "Node this agent runs on; default: NODE_NAME, else the host's name.")
  private @Nullable String nodeName;

  @Option(
      names = "--state-dir",
      paramLabel = "<directory>",
      defaultValue = "/run/iambridge",
      description = "Keeps the key of session tokens over restarts; best on tmpfs.")
  private Path stateDir;

  @Option(
      names = "--imds-v1",
      paramLabel = "allow|deny",
      defaultValue = "allow",
      description = "Whether requests without a session token (IMDSv2) are answered.")
  private ImdsV1 imdsV1;

  @Option(
      names = "--unknown-caller-wait",
      paramLabel = "<duration>",
      defaultValue = "400ms",
      converter = GoDuration.class,
      description = "How long a request waits for news of its pod before it is told 503.")
  private Duration unknownCallerWait;

  @Option(
      names = "--neighbour-check",
      paramLabel = "auto|off",
      defaultValue = "auto",
      description =
          "Whether the server is asked again about a pod when the node sees somebody else at its"
              + " address; where the node shows nothing, auto is off.")
  private NeighbourCheck neighbourCheck;

  @Option(
      names = "--evidence-interval",
      paramLabel = "<duration>",
      defaultValue = "30s",
      converter = GoDuration.class,
      description = "How often the server is told who called for credentials; varied by a fifth.")
  private Duration evidenceInterval;

  @Option(
      names = "--max-connections",
      paramLabel = "<n>",
      defaultValue = "10000",
      description = "Connections of pods at one time; more are closed at once.")
  private int maxConnections;

  @Option(
      names = "--caller-rate",
      paramLabel = "<n>",
      defaultValue = "100",
      description =
          "Requests that one source address may make in a second; more are told 429. 0: no limit.")
  private int callerRate;

  @Option(
      names = "--caller-burst",
      paramLabel = "<n>",
      defaultValue = "2000",
      description = "Requests that one source address may make at once, after a rest.")
  private int callerBurst;

  @Option(
      names = "--grpc-keepalive-time-duration",
      paramLabel = "<duration>",
      defaultValue = "10s",
      converter = GoDuration.class,
      description = "Time between pings to the server.")
  private Duration keepAliveTime;

  @Option(
      names = "--grpc-keepalive-timeout-duration",
      paramLabel = "<duration>",
      defaultValue = "2s",
      converter = GoDuration.class,
      description = "Time in which a ping must be answered.")
  private Duration keepAliveTimeout;

  @Option(
      names = "--grpc-keepalive-permit-without-stream",
      negatable = true,
      defaultValue = "false",
      fallbackValue = "true",
      description = "Ping also while no call is open.")
  private boolean keepAliveWithoutStream;

  @SuppressWarnings("unused") // They are only warned of.
  @Mixin
  private FlagsWithoutEffect flagsWithoutEffect;

  AgentCommand(Map<String, String> environment, Runner runner) {
    this.environment = environment;
    this.runner = runner;
  }

  /** Only parses. */
  static AgentConfig parse(Map<String, String> environment, String... flags) {
    AgentCommand command = new AgentCommand(environment, (config, format, level, warnings) -> {});
    new CommandLine(command).parseArgs(flags);
    return command.config();
  }

  @Override
  public Integer call() throws InterruptedException {
    runner.run(
        config(),
        log.format(),
        log.level(),
        Program.noEffectWarnings(spec.commandLine().getParseResult()));
    return 0;
  }

  private AgentConfig config() {
    check(port >= 0 && port <= 65_535, "--port", port, "0 to 65535");
    check(maxConnections >= 1, "--max-connections", maxConnections, "1 or more");
    check(
        callerRate >= 0 && callerRate <= CallerLimits.FASTEST,
        "--caller-rate",
        callerRate,
        "0 to " + CallerLimits.FASTEST);
    check(
        callerBurst >= 1 && callerBurst <= CallerLimits.FASTEST,
        "--caller-burst",
        callerBurst,
        "1 to " + CallerLimits.FASTEST);
    check(
        unknownCallerWait.compareTo(ImdsService.ANSWER_BUDGET) <= 0,
        "--unknown-caller-wait",
        GoDuration.format(unknownCallerWait),
        "at most "
            + GoDuration.format(ImdsService.ANSWER_BUDGET)
            + ": Go's SDK waits no longer for an answer");
    check(
        !serverAddress.host().isEmpty() && serverAddress.port() > 0,
        "--server-address",
        serverAddress,
        "a host and a port");
    check(keepAliveTime.isPositive(), "--grpc-keepalive-time-duration", "0s", "more than 0s");
    check(keepAliveTimeout.isPositive(), "--grpc-keepalive-timeout-duration", "0s", "more than 0s");
    check(
        evidenceInterval.compareTo(SHORTEST_EVIDENCE_INTERVAL) >= 0,
        "--evidence-interval",
        GoDuration.format(evidenceInterval),
        "at least " + GoDuration.format(SHORTEST_EVIDENCE_INTERVAL));
    PodIdentityConfig pods = podIdentity.config(spec.commandLine());
    return new AgentConfig(
        new HostPort(listenAddress, port),
        admin.address(DEFAULT_ADMIN_ADDRESS),
        serverAddress,
        tls.clientFiles(serverAuth.mutualTls(), spec.commandLine()),
        serverAuth.auth(),
        new KeepAlive(keepAliveTime, keepAliveTimeout, keepAliveWithoutStream),
        nodeName(),
        stateDir,
        new ImdsService.Settings(/* tokenRequired= */ imdsV1 == ImdsV1.deny, unknownCallerWait),
        new CallerLimits(maxConnections, callerRate, callerBurst),
        interception.config(
            spec.commandLine(),
            environment,
            listenAddress,
            pods.intercepts(),
            pods.interceptsForHostNetwork()),
        pods,
        metadata.config(spec.commandLine()),
        /* neighbourCheck= */ neighbourCheck == NeighbourCheck.auto,
        evidenceInterval);
  }

  private void check(boolean right, String flag, Object value, String expected) {
    if (!right) {
      throw new ParameterException(
          spec.commandLine(),
          "Invalid value for option '%s': '%s' must be %s".formatted(flag, value, expected));
    }
  }

  private String nodeName() {
    for (String candidate :
        new String[] {nodeName, environment.get("NODE_NAME"), environment.get("HOSTNAME")}) {
      if (candidate != null && !candidate.isBlank()) {
        return candidate.strip();
      }
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new ParameterException(
          spec.commandLine(), "--node-name is missing, and this host has no name", e);
    }
  }
}
