package io.iambridge.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.cli.HostPort;
import io.iambridge.common.cli.Program;
import io.iambridge.common.tls.TlsFiles;
import io.iambridge.common.wire.AgentAuth;
import io.iambridge.server.audit.AuditTarget;
import io.iambridge.server.evidence.EvidenceConfig;
import io.iambridge.server.grpc.GrpcConfig;
import io.iambridge.server.kiamapi.KiamApiConfig;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.sts.StsConfig;
import io.iambridge.server.targets.TargetsConfig;
import io.iambridge.server.tokens.AccountName;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ServerCommandTest {
  private static final String[] TLS = {"--cert=c.pem", "--key=k.pem", "--ca=a.pem"};

  /** Nobody is asked for a certificate, so there is nobody to trust. */
  private static final TlsFiles TOKEN_TLS =
      new TlsFiles(
          Optional.of(new TlsFiles.Own(Path.of("c.pem"), Path.of("k.pem"))), Optional.empty());

  private static final String BASE = "--role-base-arn=arn:aws:iam::123456789012:role/";

  private final List<ServerConfig> started = new ArrayList<>();
  private final StringWriter err = new StringWriter();
  private final StringWriter out = new StringWriter();

  @Test
  void defaults() {
    assertThat(run(BASE)).isZero();
    assertThat(started)
        .containsExactly(
            new ServerConfig(
                new GrpcConfig(
                    new HostPort("localhost", 9610),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(2),
                    Duration.ofMinutes(15),
                    Duration.ofMinutes(15),
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(5)),
                TOKEN_TLS,
                AgentTrust.DEFAULT,
                new HostPort("", 9621),
                "",
                Optional.of("arn:aws:iam::123456789012:role/"),
                "kiam",
                /* strictNamespaceRegexp= */ true,
                AllowedRolesFormat.GLOB,
                Mode.KIAM,
                new StsConfig(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofHours(1),
                    64,
                    StsConfig.DEFAULT_PLACE_TIMEOUT,
                    StsConfig.DEFAULT_ATTEMPT_TIMEOUT,
                    StsConfig.DEFAULT_CALL_TIMEOUT),
                MigrationConfig.DEFAULT,
                TargetsConfig.NONE,
                new AuditTarget.StandardOutput(),
                new EvidenceConfig(Duration.ofSeconds(30)),
                /* kiamApi= */ Optional.empty()));
  }

  @Test
  void everyFlagIsMapped() {
    assertThat(
            run(
                "--bind=0.0.0.0:443",
                "--agent-auth=certificate",
                "--agent-service-account=iam/agent",
                "--trust-domain=example.org",
                "--admin-address=127.0.0.1:1",
                "--kubeconfig=/kube",
                "--role-base-arn-autodetect",
                "--assume-role-arn=arn:aws-cn:iam::123456789012:role/server",
                "--region=cn-north-1",
                "--sts-endpoint=http://127.0.0.1:4566",
                "--sts-concurrency=7",
                "--cluster-name=sandbox",
                "--eks-auth-endpoint=http://127.0.0.1:4567",
                "--session=name",
                "--session-duration=1h30m",
                "--disable-strict-namespace-regexp",
                "--namespace-restriction-format=regexp",
                "--default-mode=pod-identity",
                "--grpc-keepalive-time-duration=11s",
                "--grpc-keepalive-timeout-duration=3s",
                "--grpc-max-connection-idle-duration=1m",
                "--grpc-max-connection-age-duration=2m",
                "--grpc-max-connection-age-grace-duration=3m",
                "--drain-grace=9s",
                "--audit-log=/audit",
                "--json-log",
                "--level=error"))
        .isZero();
    assertThat(started)
        .containsExactly(
            new ServerConfig(
                new GrpcConfig(
                    new HostPort("0.0.0.0", 443),
                    Duration.ofSeconds(11),
                    Duration.ofSeconds(3),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(3),
                    Duration.ofSeconds(9)),
                new TlsFiles(Path.of("c.pem"), Path.of("k.pem"), Path.of("a.pem")),
                new AgentTrust(
                    AgentAuth.CERTIFICATE, new AccountName("iam", "agent"), "example.org"),
                new HostPort("127.0.0.1", 1),
                "/kube",
                Optional.empty(),
                "name",
                /* strictNamespaceRegexp= */ false,
                AllowedRolesFormat.REGEXP,
                Mode.POD_IDENTITY,
                new StsConfig(
                    Optional.of("cn-north-1"),
                    Optional.of(URI.create("http://127.0.0.1:4566")),
                    Optional.of(RoleArn.parse("arn:aws-cn:iam::123456789012:role/server")),
                    Duration.ofMinutes(90),
                    7,
                    StsConfig.DEFAULT_PLACE_TIMEOUT,
                    StsConfig.DEFAULT_ATTEMPT_TIMEOUT,
                    StsConfig.DEFAULT_CALL_TIMEOUT),
                MigrationConfig.DEFAULT,
                new TargetsConfig(
                    Optional.of("sandbox"), Optional.of(URI.create("http://127.0.0.1:4567"))),
                new AuditTarget.AtEndOf(Path.of("/audit")),
                new EvidenceConfig(Duration.ofSeconds(30)),
                /* kiamApi= */ Optional.empty()));
  }

  /** As kiam's Helm chart writes it. */
  @Test
  void aKiamCommandLineStartsUnchanged() {
    assertThat(
            runBare(
                "server",
                "--json-log",
                "--level=warn",
                "--bind=0.0.0.0:443",
                "--cert=/etc/kiam/tls/tls.crt",
                "--key=/etc/kiam/tls/tls.key",
                "--ca=/etc/kiam/tls/ca.crt",
                "--role-base-arn-autodetect",
                "--assume-role-arn=",
                "--session-duration=15m",
                "--session-refresh=5m",
                "--sync=1m",
                "--fetchers=8",
                "--prefetch-buffer-size=1000",
                "--prometheus-listen-addr=0.0.0.0:9620",
                "--prometheus-sync-interval=5s",
                "--pprof-listen-addr=",
                "--no-disable-strict-namespace-regexp",
                "--region=",
                "--grpc-keepalive-time-duration=10s"))
        .isZero();
    assertThat(started.getFirst().adminAddress()).isEqualTo(new HostPort("0.0.0.0", 9620));
    assertThat(started.getFirst().strictNamespaceRegexp()).isTrue();
  }

  @Test
  void flagsWithoutMeaningAreWarnedAbout() {
    ServerCommand command = new ServerCommand(config -> 0);
    var parsed =
        new CommandLine(command)
            .parseArgs("--fetchers=8", "--session-refresh=5m", "--statsd=x", BASE);
    assertThat(Program.noEffectWarnings(parsed))
        .hasSize(3)
        .anyMatch(warning -> warning.startsWith("--fetchers has no effect: "))
        .anyMatch(warning -> warning.startsWith("--session-refresh has no effect: "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--session-duration=14m59s | session-duration should be at least 15 minutes",
        "--session-duration=13h | at most 12 hours",
        "--session-duration=soon | 'soon' is not a duration",
        "--bind=9610 | '9610' is not host:port",
        "--admin-address=:x | has no port number",
        "--sts-concurrency=0 | --sts-concurrency",
        "--sts-concurrency=many | --sts-concurrency",
        "--sts-endpoint=sts.example.com | --sts-endpoint is not a URL",
        "--cluster-name=my.cluster | --cluster-name",
        "--eks-auth-endpoint=eks-auth.example.com | --eks-auth-endpoint is not a URL",
        "--assume-role-arn=server | --assume-role-arn",
        "--namespace-restriction-format=x | is not glob or regexp",
        "--default-mode=IRSA | --default-mode is not one of kiam, rehearse, irsa, pod-identity, retired",
        "--level=loud | --level",
        "--fetcher=8 | --fetchers",
        "--nonsense | --nonsense",
      })
  void aBadValueIsOneLineThatNamesIt(String flag, String message) {
    assertThat(run(BASE, flag)).isEqualTo(2);
    assertThat(err.toString()).startsWith("iambridge-server: ").contains(message);
    assertThat(err.toString()).doesNotContain("\tat ");
    assertThat(started).isEmpty();
  }

  @Test
  void aBaseForRoleNamesIsRequired() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString())
        .contains("--role-base-arn or --role-base-arn-autodetect is required");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--cert", "--key", "--ca"})
  void tlsFilesAreRequired(String missing) {
    String[] rest =
        java.util.Arrays.stream(TLS)
            .filter(flag -> !flag.startsWith(missing + "="))
            .toArray(String[]::new);
    assertThat(runBare(append(rest, BASE, "--agent-auth=certificate"))).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required option: '" + missing + "=FILE'");
  }

  @Test
  void agentsThatProveThemselvesByTokenNeedNoAuthority() {
    assertThat(runBare(BASE, "--cert=c.pem", "--key=k.pem")).isZero();
    assertThat(started.getFirst().tls()).isEqualTo(TOKEN_TLS);
  }

  @Test
  void kiamsWayIsWarnedOf() {
    assertThat(logged("--agent-auth=shared-certificate"))
        .singleElement()
        .asString()
        .contains(
            "WARN  ServerCommand --agent-auth=shared-certificate: whoever has a certificate of --ca",
            "--agent-auth=token ");
    assertThat(started.getFirst().agents().auth()).isEqualTo(AgentAuth.SHARED_CERTIFICATE);
    assertThat(logged("--agent-auth=token")).isEmpty();
    assertThat(logged("--agent-auth=certificate")).isEmpty();
  }

  @Test
  void kiamsAgentsAreListenedToOnlyWhereAskedForAndThatIsWarnedOf() {
    assertThat(logged("--kiam-bind=0.0.0.0:443"))
        .singleElement()
        .asString()
        .contains("WARN  ServerCommand --kiam-bind: whoever has a certificate of --kiam-ca");
    KiamApiConfig kiam = started.getFirst().kiamApi().orElseThrow();
    assertThat(kiam.grpc()).isEqualTo(started.getFirst().grpc().at(new HostPort("0.0.0.0", 443)));
    assertThat(kiam.tls())
        .as("the server's own, where nothing else is said")
        .isEqualTo(new TlsFiles(Path.of("c.pem"), Path.of("k.pem"), Path.of("a.pem")));
    started.clear();
    assertThat(logged("--agent-auth=token")).isEmpty();
    assertThat(started.getFirst().kiamApi()).isEmpty();
  }

  @Test
  void kiamsAgentsMayHaveAnAuthorityAndACertificateOfTheirOwn() {
    assertThat(
            runBare(
                BASE,
                "--cert=c.pem",
                "--key=k.pem",
                "--kiam-bind=:443",
                "--kiam-ca=kiam-ca.pem",
                "--kiam-cert=kiam.pem",
                "--kiam-key=kiam-key.pem"))
        .as(err.toString())
        .isZero();
    assertThat(started.getFirst().tls()).isEqualTo(TOKEN_TLS);
    assertThat(started.getFirst().kiamApi().orElseThrow().tls())
        .isEqualTo(
            new TlsFiles(
                Optional.of(
                    new TlsFiles.Own(
                        Path.of("kiam.pem"), Path.of("kiam-key.pem"), "--kiam-cert", "--kiam-key")),
                Optional.of(Path.of("kiam-ca.pem")),
                "--kiam-ca"));
  }

  @ParameterizedTest
  @CsvSource({
    "--kiam-ca=x, --kiam-ca are for --kiam-bind; which is missing",
    "--kiam-bind=:443 --kiam-cert=x, --kiam-cert and --kiam-key belong together",
    "--kiam-bind=:443, Missing required option: '--ca=FILE'",
    "--kiam-bind=443, '443' is not host:port",
  })
  void flagsOfKiamsApiThatMakeNoSenseAreOneLine(String flags, String message) {
    assertThat(runBare(append(flags.split(" "), BASE, "--cert=c.pem", "--key=k.pem"))).isEqualTo(2);
    assertThat(err.toString()).contains(message.replace(';', ',')).doesNotContain("\tat ");
  }

  /** What the program writes to the standard error stream: it sets up logging itself. */
  private List<String> logged(String flag) {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, /* autoFlush= */ true, StandardCharsets.UTF_8));
    try {
      assertThat(run(BASE, flag)).isZero();
    } finally {
      System.setErr(before);
    }
    return log.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @ParameterizedTest
  @CsvSource({
    "--agent-auth=tokens, 'tokens' is not token; certificate or shared-certificate",
    "--agent-service-account=agent, --agent-service-account: not NAMESPACE/NAME",
    "--agent-service-account=a/b/c, --agent-service-account: not NAMESPACE/NAME",
    "--agent-service-account=A/b, --agent-service-account: not NAMESPACE/NAME",
    "--trust-domain=Example, --trust-domain is not a name in lower case",
    "--trust-domain=, --trust-domain is not a name in lower case",
  })
  void whatCannotBeOfAgentsIsOneLine(String flag, String message) {
    assertThat(run(BASE, flag)).isEqualTo(2);
    assertThat(err.toString()).contains(message.replace(';', ','));
  }

  @Test
  void healthNeedsNoFlagsOfTheServer() {
    assertThat(runBare("health", "--cert=/none", "--key=/none", "--ca=/none", "--timeout=1s"))
        .isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo("health: --cert /none: does not exist or cannot be read\n");
  }

  @Test
  void helpListsFlags() {
    assertThat(runBare("--help")).isZero();
    assertThat(out.toString()).contains("--role-base-arn", "--sts-endpoint", "health");
  }

  private int run(String... flags) {
    return runBare(append(TLS, flags));
  }

  private static String[] append(String[] first, String... second) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(second));
    return all.toArray(String[]::new);
  }

  private int runBare(String... args) {
    ServerCommand command =
        new ServerCommand(config -> {
          started.add(config);
          return 0;
        });
    return new Program(command, "server")
        .output(new PrintWriter(out, true), new PrintWriter(err, true))
        .run(args);
  }
}
