package io.iambridge.server;

import io.iambridge.common.cli.AdminOptions;
import io.iambridge.common.cli.GoDuration;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.cli.LogOptions;
import io.iambridge.common.cli.Program;
import io.iambridge.common.cli.TlsOptions;
import io.iambridge.common.wire.AgentAuth;
import io.iambridge.server.audit.AuditTarget;
import io.iambridge.server.evidence.EvidenceConfig;
import io.iambridge.server.grpc.GrpcConfig;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.sts.StsConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The server's command line: kiam's flags where the meaning is the same, and our own. */
@Command(
    name = "iambridge-server",
    versionProvider = ServerCommand.Version.class,
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    sortOptions = false,
    subcommands = {HealthCommand.class, MigrationCommand.class},
    description = {
      "Watches pods and namespaces, decides which roles they may have, and gets their credentials"
          + " from STS for the agents.",
      ""
    })
final class ServerCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServerCommand.class);
  private static final HostPort DEFAULT_ADMIN_ADDRESS = new HostPort("", 9621);
  private static final Duration ADVISED_SESSION = Duration.ofMinutes(50);

  /** Runs the server until it is stopped. */
  @FunctionalInterface
  interface Runner {
    /** Returns the exit status. */
    int run(ServerConfig config) throws Exception;
  }

  private final Runner runner;

  @Spec CommandSpec spec;
  @Mixin TlsOptions tls;
  @Mixin AgentTrustOptions agents;
  @Mixin AdminOptions admin;
  @Mixin LogOptions log;
  @Mixin KiamApiOptions kiamApi;
  @Mixin KiamOptions kiam;
  @Mixin ModeOptions modes;
  @Mixin MigrationOptions migration;
  @Mixin TargetsOptions targets;

  @Option(
      names = "--bind",
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:9610",
      converter = HostPort.Converter.class,
      description = "Where to listen for agents (default: ${DEFAULT-VALUE}).")
  HostPort bind;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      defaultValue = "",
      description = "How to reach Kubernetes; empty for the service account of the server's pod.")
  String kubeconfig;

  @Option(
      names = "--role-base-arn",
      paramLabel = "ARN",
      description =
          "What role names are put behind, e.g. arn:aws:iam::123456789012:role/. This or"
              + " --role-base-arn-autodetect is required.")
  @Nullable String roleBaseArn;

  @Option(
      names = "--role-base-arn-autodetect",
      negatable = true,
      description = "Ask STS for the server's own account and partition instead.")
  boolean roleBaseArnAutodetect;

  @Option(
      names = "--assume-role-arn",
      paramLabel = "ARN",
      defaultValue = "",
      description = "The role to assume before any other.")
  String assumeRoleArn;

  @Option(
      names = "--region",
      paramLabel = "REGION",
      defaultValue = "",
      description =
          "Region whose STS is asked; empty for what the AWS SDK finds, or else the global STS.")
  String region;

  @Option(
      names = "--sts-endpoint",
      paramLabel = "URL",
      description = "Another endpoint of STS, such as a VPC endpoint.")
  @Nullable URI stsEndpoint;

  @Option(
      names = "--sts-concurrency",
      paramLabel = "N",
      defaultValue = "" + StsConfig.DEFAULT_CONCURRENCY,
      description = "How many STS calls may be under way (default: ${DEFAULT-VALUE}).")
  int stsConcurrency;

  @Option(
      names = "--session",
      paramLabel = "NAME",
      defaultValue = "kiam",
      description =
          "Session name of pods without the annotation iam.amazonaws.com/session-name; \"kiam-\""
              + " comes before it, as in kiam (default: ${DEFAULT-VALUE}).")
  String session;

  @Option(
      names = "--session-duration",
      paramLabel = "DURATION",
      defaultValue = "1h",
      converter = GoDuration.class,
      description = "How long credentials live, 15m to 12h (default: ${DEFAULT-VALUE}).")
  Duration sessionDuration;

  @Option(
      names = "--audit-log",
      paramLabel = "stdout|off|FILE",
      defaultValue = "stdout",
      description =
          "Where the audit log goes, JSON lines: the standard output, nowhere, or the end of a file"
              + " (default: ${DEFAULT-VALUE}).")
  String auditLog;

  @Option(
      names = "--evidence-write-interval",
      paramLabel = "DURATION",
      defaultValue = "30s",
      converter = GoDuration.class,
      description =
          "How often at most the object that keeps a namespace's evidence is written, 1s to 1m"
              + " (default: ${DEFAULT-VALUE}).")
  Duration evidenceWriteInterval;

  @Option(
      names = "--disable-strict-namespace-regexp",
      negatable = true,
      description =
          "Let a namespace's iam.amazonaws.com/permitted match any part of a role's ARN, as kiam"
              + " before version 4.")
  boolean disableStrictNamespaceRegexp;

  @Option(
      names = "--namespace-restriction-format",
      paramLabel = "FORMAT",
      defaultValue = "glob",
      description =
          "How a namespace's iam.amazonaws.com/allowed-roles is written, as in kube2iam: glob or"
              + " regexp (default: ${DEFAULT-VALUE}).")
  String namespaceRestrictionFormat;

  @Option(
      names = "--grpc-keepalive-time-duration",
      paramLabel = "DURATION",
      defaultValue = "10s",
      converter = GoDuration.class,
      description = "After how much silence an agent is pinged (default: ${DEFAULT-VALUE}).")
  Duration keepAliveTime;

  @Option(
      names = "--grpc-keepalive-timeout-duration",
      paramLabel = "DURATION",
      defaultValue = "2s",
      converter = GoDuration.class,
      description = "How long the answer to a ping may take (default: ${DEFAULT-VALUE}).")
  Duration keepAliveTimeout;

  @Option(
      names = "--grpc-max-connection-idle-duration",
      paramLabel = "DURATION",
      defaultValue = "15m",
      converter = GoDuration.class,
      description =
          "When a connection without calls is closed; 0 is never (default: ${DEFAULT-VALUE}).")
  Duration maxIdle;

  @Option(
      names = "--grpc-max-connection-age-duration",
      paramLabel = "DURATION",
      defaultValue = "15m",
      converter = GoDuration.class,
      description =
          "When an agent has to connect anew, so that agents spread over all servers; varied by a"
              + " tenth; 0 is never (default: ${DEFAULT-VALUE}).")
  Duration maxAge;

  @Option(
      names = "--grpc-max-connection-age-grace-duration",
      paramLabel = "DURATION",
      defaultValue = "15s",
      converter = GoDuration.class,
      description =
          "How long calls of a connection of that age may go on; 0 is without end"
              + " (default: ${DEFAULT-VALUE}).")
  Duration maxAgeGrace;

  @Option(
      names = "--drain-grace",
      paramLabel = "DURATION",
      defaultValue = "5s",
      converter = GoDuration.class,
      description = "How long calls may go on when the server stops (default: ${DEFAULT-VALUE}).")
  Duration drainGrace;

  ServerCommand(Runner runner) {
    this.runner = runner;
  }

  /** Only parses. */
  static ServerConfig parse(String... flags) {
    ServerCommand command = new ServerCommand(config -> 0);
    new CommandLine(command).parseArgs(flags);
    return command.config();
  }

  @Override
  public Integer call() throws Exception {
    ServerConfig config = config();
    log.configure();
    Program.noEffectWarnings(spec.commandLine().getParseResult()).forEach(LOG::warn);
    warn();
    return runner.run(config);
  }

  /** The configuration that the flags say; a {@link ParameterException} when they cannot be. */
  ServerConfig config() {
    return new ServerConfig(
        grpc(),
        tls.serverFiles(agents.mutualTls(), spec.commandLine()),
        agents.trust(spec.commandLine()),
        admin.address(DEFAULT_ADMIN_ADDRESS),
        kubeconfig,
        roleBase(),
        session,
        !disableStrictNamespaceRegexp,
        allowedRolesFormat(),
        modes.mode(spec.commandLine()),
        sts(),
        migration.config(spec.commandLine()),
        targets.config(spec.commandLine()),
        AuditTarget.parse(auditLog),
        evidence(),
        kiamApi.config(grpc(), tls, spec.commandLine()));
  }

  private EvidenceConfig evidence() {
    boolean right =
        evidenceWriteInterval.compareTo(EvidenceConfig.SHORTEST) >= 0
            && evidenceWriteInterval.compareTo(EvidenceConfig.LONGEST) <= 0;
    if (!right) {
      throw wrong(
          "--evidence-write-interval should be %s to %s: %s"
              .formatted(
                  GoDuration.format(EvidenceConfig.SHORTEST),
                  GoDuration.format(EvidenceConfig.LONGEST),
                  GoDuration.format(evidenceWriteInterval)));
    }
    return new EvidenceConfig(evidenceWriteInterval);
  }

  private GrpcConfig grpc() {
    atLeast("--grpc-keepalive-time-duration", keepAliveTime, GrpcConfig.MIN_KEEPALIVE_TIME);
    atLeast("--grpc-keepalive-timeout-duration", keepAliveTimeout, GrpcConfig.MIN_DURATION);
    atLeastOrZero("--grpc-max-connection-idle-duration", maxIdle);
    atLeastOrZero("--grpc-max-connection-age-duration", maxAge);
    atLeastOrZero("--grpc-max-connection-age-grace-duration", maxAgeGrace);
    return new GrpcConfig(
        bind, keepAliveTime, keepAliveTimeout, maxIdle, maxAge, maxAgeGrace, drainGrace);
  }

  private void atLeast(String flag, Duration value, Duration min) {
    if (value.compareTo(min) < 0) {
      throw wrong(
          "%s should be at least %s: %s"
              .formatted(flag, GoDuration.format(min), GoDuration.format(value)));
    }
  }

  private void atLeastOrZero(String flag, Duration value) {
    if (!value.isZero() && value.compareTo(GrpcConfig.MIN_DURATION) < 0) {
      throw wrong(
          "%s should be 0 (never) or at least %s: %s"
              .formatted(
                  flag, GoDuration.format(GrpcConfig.MIN_DURATION), GoDuration.format(value)));
    }
  }

  private Optional<String> roleBase() {
    if (roleBaseArn != null && !roleBaseArn.isEmpty()) {
      return Optional.of(roleBaseArn);
    }
    if (!roleBaseArnAutodetect) {
      throw wrong("--role-base-arn or --role-base-arn-autodetect is required");
    }
    return Optional.empty();
  }

  private AllowedRolesFormat allowedRolesFormat() {
    return switch (namespaceRestrictionFormat) {
      case "glob" -> AllowedRolesFormat.GLOB;
      case "regexp" -> AllowedRolesFormat.REGEXP;
      default ->
          throw wrong(
              "--namespace-restriction-format is not glob or regexp: "
                  + namespaceRestrictionFormat);
    };
  }

  private StsConfig sts() {
    if (sessionDuration.compareTo(StsConfig.MIN_DURATION) < 0) {
      throw wrong("session-duration should be at least 15 minutes");
    }
    if (sessionDuration.compareTo(StsConfig.MAX_DURATION) > 0) {
      throw wrong("session-duration should be at most 12 hours");
    }
    if (stsConcurrency < 1) {
      throw wrong("--sts-concurrency should be at least 1");
    }
    if (stsEndpoint != null && (stsEndpoint.getScheme() == null || stsEndpoint.getHost() == null)) {
      throw wrong("--sts-endpoint is not a URL like https://sts.example.com: " + stsEndpoint);
    }
    return new StsConfig(
        region.isEmpty() ? Optional.empty() : Optional.of(region),
        Optional.ofNullable(stsEndpoint),
        assumeRole(),
        sessionDuration,
        stsConcurrency,
        StsConfig.DEFAULT_PLACE_TIMEOUT,
        StsConfig.DEFAULT_ATTEMPT_TIMEOUT,
        StsConfig.DEFAULT_CALL_TIMEOUT);
  }

  private Optional<RoleArn> assumeRole() {
    if (assumeRoleArn.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(RoleArn.parse(assumeRoleArn));
    } catch (IllegalArgumentException e) {
      throw wrong("--assume-role-arn: " + e.getMessage());
    }
  }

  /** botocore and the Java SDK fetch anew for every AWS call when less than 15 to 25 min remain. */
  private void warn() {
    if (sessionDuration.compareTo(ADVISED_SESSION) < 0) {
      LOG.atWarn()
          .addKeyValue("sessionDuration", GoDuration.format(sessionDuration))
          .log(
              "--session-duration is short: agents renew at half of it, and botocore and the Java"
                  + " SDK ask for new credentials on every AWS call when less than 25 minutes are"
                  + " left; 1h avoids that");
    }
    if (agents.auth == AgentAuth.SHARED_CERTIFICATE) {
      LOG.warn(
          "--agent-auth=shared-certificate: whoever has a certificate of --ca gets the credentials"
              + " of every pod of every node; --agent-auth=token lets an agent have those of its own"
              + " node's pods only");
    }
    if (kiamApi.bind != null) {
      LOG.warn(
          "--kiam-bind: whoever has a certificate of --kiam-ca, or of --ca if that is not given,"
              + " gets the credentials of every pod of every node, as from kiam; take the flag away"
              + " when the last of kiam's agents is gone");
    }
    if (disableStrictNamespaceRegexp) {
      LOG.warn(
          "--disable-strict-namespace-regexp: iam.amazonaws.com/permitted of a namespace permits"
              + " every role whose ARN has a matching part, which is more than it seems to say");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** For {@code --version}. */
  static final class Version implements picocli.CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"iambridge-server " + Server.version()};
    }
  }
}
