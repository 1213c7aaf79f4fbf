package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.http.CallerLimits;
import io.iambridge.agent.interception.InterceptionConfig;
import io.iambridge.agent.interception.InterceptionConfig.Mode;
import io.iambridge.agent.interception.InterfacePattern;
import io.iambridge.agent.metadata.MetadataConfig;
import io.iambridge.agent.podidentity.PodIdentityConfig;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.cli.Program;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.logging.LogFormat;
import io.iambridge.common.tls.TlsFiles;
import io.iambridge.common.wire.AgentAuth;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentCommandTest {
  private static final String[] TLS = {"--cert=c.pem", "--key=k.pem", "--ca=ca.pem"};

  private final StringWriter printed = new StringWriter();
  private @Nullable AgentConfig config;
  private LogFormat format = LogFormat.TEXT;
  private String level = "";
  private List<String> warnings = List.of();

  private int run(Map<String, String> environment, String... args) {
    AgentCommand command =
        new AgentCommand(
            environment,
            (newConfig, newFormat, newLevel, newWarnings) -> {
              config = newConfig;
              format = newFormat;
              level = newLevel;
              warnings = newWarnings;
            });
    PrintWriter out = new PrintWriter(printed);
    return new Program(command, AgentCommand.KIAM_COMMAND).output(out, out).run(args);
  }

  private int run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of(TLS));
    return run(Map.of("NODE_NAME", "node-7"), all.toArray(String[]::new));
  }

  private AgentConfig config() {
    AgentConfig there = config;
    if (there == null) {
      throw new AssertionError("did not start: " + printed);
    }
    return there;
  }

  @Test
  void defaults() {
    assertThat(run()).isZero();
    assertThat(config().listen()).isEqualTo(new HostPort("", 3100));
    assertThat(config().admin()).isEqualTo(new HostPort("", 9620));
    assertThat(config().server()).isEqualTo(new HostPort("localhost", 9610));
    assertThat(config().nodeName()).isEqualTo("node-7");
    assertThat(config().tls())
        .isEqualTo(new TlsFiles(Path.of("c.pem"), Path.of("k.pem"), Path.of("ca.pem")));
    assertThat(config().auth())
        .isEqualTo(
            new ServerAuth(
                AgentAuth.TOKEN, Path.of("/var/run/secrets/iambridge.io/serviceaccount/token")));
    assertThat(config().stateDir()).isEqualTo(Path.of("/run/iambridge"));
    assertThat(config().imds().tokenRequired()).isFalse();
    assertThat(config().imds().unknownCallerWait()).isEqualTo(Duration.ofMillis(400));
    assertThat(config().limits()).isEqualTo(new CallerLimits(10_000, 100, 2_000));
    assertThat(config().interception()).isEmpty();
    assertThat(config().podIdentity())
        .isEqualTo(
            new PodIdentityConfig(
                PodIdentityConfig.Mode.SERVE, new HostPort("169.254.170.23", 80)));
    assertThat(config().keepAlive().time()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config().keepAlive().timeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config().keepAlive().withoutStream()).isFalse();
    assertThat(format).isEqualTo(LogFormat.TEXT);
    assertThat(level).isEqualTo("info");
    assertThat(warnings).isEmpty();
  }

  @Test
  void everyFlagArrives() {
    assertThat(
            run(
                "--port=8181",
                "--listen-address=10.0.0.1",
                "--admin-address=[::1]:1",
                "--server-address=server.kiam:443",
                "--node-name=n",
                "--agent-auth=certificate",
                "--server-token-file=/t",
                "--state-dir=/s",
                "--imds-v1=deny",
                "--unknown-caller-wait=100ms",
                "--max-connections=5",
                "--caller-rate=7",
                "--caller-burst=8",
                "--iptables",
                "--iptables-remove",
                "--iptables-takeover",
                "--iptables-mode=legacy",
                "--host=10.0.0.1, fd00::1",
                "--host-interface=!eth0",
                "--pod-identity=forward",
                "--pod-identity-agent=[::1]:8080",
                "--grpc-keepalive-time-duration=30s",
                "--grpc-keepalive-timeout-duration=1m",
                "--grpc-keepalive-permit-without-stream",
                "--json-log",
                "--level=debug"))
        .isZero();
    assertThat(config().listen()).isEqualTo(new HostPort("10.0.0.1", 8181));
    assertThat(config().admin()).isEqualTo(new HostPort("::1", 1));
    assertThat(config().server()).isEqualTo(new HostPort("server.kiam", 443));
    assertThat(config().nodeName()).isEqualTo("n");
    assertThat(config().auth()).isEqualTo(new ServerAuth(AgentAuth.CERTIFICATE, Path.of("/t")));
    assertThat(config().stateDir()).isEqualTo(Path.of("/s"));
    assertThat(config().imds().tokenRequired()).isTrue();
    assertThat(config().imds().unknownCallerWait()).isEqualTo(Duration.ofMillis(100));
    assertThat(config().limits()).isEqualTo(new CallerLimits(5, 7, 8));
    assertThat(interception())
        .isEqualTo(
            new InterceptionConfig(
                List.of(InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("fd00::1")),
                Optional.of(InterfacePattern.parse("!eth0")),
                Mode.LEGACY,
                /* takeover= */ true,
                /* removeAtStop= */ true,
                /* podIdentity= */ true,
                /* podIdentityForHostNetwork= */ false));
    assertThat(config().podIdentity())
        .isEqualTo(
            new PodIdentityConfig(PodIdentityConfig.Mode.FORWARD, new HostPort("::1", 8080)));
    assertThat(config().keepAlive().time()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config().keepAlive().timeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config().keepAlive().withoutStream()).isTrue();
    assertThat(format).isEqualTo(LogFormat.JSON);
    assertThat(level).isEqualTo("debug");
  }

  @Test
  void kiamsCommandLineStartsUnchangedAndIsWarnedOfWhatHasNoEffect() {
    assertThat(
            run(
                "agent",
                "--iptables",
                "--no-iptables-remove",
                "--host=10.0.0.1",
                "--host-interface=!eth0",
                "--allow-route-regexp=^/latest/.*$",
                "--allow-ip-query",
                "--no-json-log",
                "--level=warn",
                "--port=8181",
                "--server-address=kiam-server:443",
                "--server-address-refresh=10s",
                "--gateway-timeout-creation=50ms",
                "--prometheus-listen-addr=0.0.0.0:9620",
                "--prometheus-sync-interval=5s",
                "--pprof-listen-addr=:6060",
                "--no-grpc-keepalive-permit-without-stream",
                "--statsd=x:1",
                "--statsd-prefix=kiam",
                "--statsd-interval=100ms"))
        .as(printed.toString())
        .isZero();
    assertThat(config().admin()).isEqualTo(new HostPort("0.0.0.0", 9620));
    assertThat(interception().hosts()).containsExactly(InetAddress.ofLiteral("10.0.0.1"));
    assertThat(interception().removeAtStop()).isFalse();
    assertThat(warnings).hasSize(8).allMatch(warning -> warning.contains(" has no effect: "));
    assertThat(warnings)
        .anyMatch(w -> w.startsWith("--allow-ip-query ") && w.contains("could be anybody"));
  }

  private InterceptionConfig interception() {
    return config().interception().orElseThrow();
  }

  private int runWithIptables(Map<String, String> environment, String... more) {
    List<String> all = new ArrayList<>(List.of(TLS));
    all.addAll(List.of("--iptables", "--node-name=n"));
    all.addAll(List.of(more));
    return run(environment, all.toArray(String[]::new));
  }

  @Test
  void rulesStayAndNobodysAreTakenOverUnlessToldSo() {
    assertThat(runWithIptables(Map.of("HOST_IP", "10.0.0.1"))).as(printed.toString()).isZero();
    assertThat(interception().removeAtStop()).isFalse();
    assertThat(interception().takeover()).isFalse();
    assertThat(interception().mode()).isEqualTo(Mode.AUTO);
    assertThat(interception().podSide()).isEmpty();
  }

  @Test
  void hostIsTheFlagOrTheEnvironment() {
    Map<String, String> both = Map.of("HOST_IPS", "10.0.0.2,fd00::2", "HOST_IP", "10.0.0.1");
    assertThat(runWithIptables(both, "--host=10.0.0.3")).isZero();
    assertThat(interception().hosts()).containsExactly(InetAddress.ofLiteral("10.0.0.3"));
    assertThat(runWithIptables(both)).isZero();
    assertThat(interception().hosts())
        .containsExactly(InetAddress.ofLiteral("10.0.0.2"), InetAddress.ofLiteral("fd00::2"));
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "--level=info; no address to send pods to",
        "--host=; no address to send pods to",
        "--host=example.org; --host",
        "--host=127.0.0.1; 127.0.0.1",
        "--host=169.254.169.254; 169.254.169.254",
        "--host=0.0.0.0; 0.0.0.0",
        "--host=fe80::1; --host",
        "--host=10.0.0.1,10.0.0.2; one family",
        "--host=10.0.0.1,; --host",
        "--host-interface=a b; --host-interface",
        "--host-interface=!; --host-interface",
        "--iptables-mode=ebpf; --iptables-mode"
      },
      delimiter = ';')
  void interceptionThatCannotWorkIsOneLine(String flag, String says) {
    assertThat(runWithIptables(Map.of(), flag)).isEqualTo(2);
    assertThat(printed.toString().lines().findFirst().orElseThrow()).contains(says);
  }

  @Test
  void podsAreNotSentToWhereNobodyListens() {
    assertThat(runWithIptables(Map.of("HOST_IP", "10.0.0.1"), "--listen-address=10.0.0.2"))
        .isEqualTo(2);
    assertThat(printed.toString()).contains("listens on 10.0.0.2 only");
    assertThat(runWithIptables(Map.of("HOST_IP", "10.0.0.1"), "--listen-address=::")).isZero();
  }

  @Test
  void nothingIsAskedOfTheTrueMetadataServiceUnlessItIsAllowed() {
    assertThat(run()).isZero();
    assertThat(config().metadata().routes().isEmpty()).isTrue();
    assertThat(config().metadata().address()).isEqualTo(MetadataConfig.DEFAULT_ADDRESS);
    assertThat(run("--allow-route-regexp=^$")).isZero();
    assertThat(config().metadata().routes().isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--allow-routes=az,region",
        "--allow-route-regexp=^/latest/meta-data/placement/.*$",
        "--whitelist-route-regexp=/[^/]+/meta-data/placement/region"
      })
  void routesToTheTrueMetadataServiceAreAllowedByNameOrExpression(String flag) {
    assertThat(run(flag, "--metadata-address=127.0.0.1:1254")).as(printed.toString()).isZero();
    assertThat(config().metadata().address()).isEqualTo(new HostPort("127.0.0.1", 1254));
    assertThat(config().metadata().routes().find("/latest/meta-data/placement/region")).isPresent();
    assertThat(config().metadata().routes().find("/latest/meta-data/ami-id")).isEmpty();
  }

  @Test
  void aRouteThatThereIsNotIsToldWhichThereAre() {
    assertThat(run("--allow-routes=region,zone")).isEqualTo(2);
    assertThat(printed.toString()).contains("--allow-routes", "'zone'", "region, az, instance-id");
  }

  @Test
  void adminAddressGoesBeforeKiamsNameForIt() {
    assertThat(run("--prometheus-listen-addr=:1", "--admin-address=:2")).isZero();
    assertThat(config().admin()).isEqualTo(new HostPort("", 2));
  }

  @Test
  void nodeNameIsTheFlagOrTheEnvironmentOrTheHost() {
    assertThat(run(Map.of("NODE_NAME", "a", "HOSTNAME", "b"), TLS)).isZero();
    assertThat(config().nodeName()).isEqualTo("a");
    assertThat(run(Map.of("NODE_NAME", " ", "HOSTNAME", "b"), TLS)).isZero();
    assertThat(config().nodeName()).isEqualTo("b");
    assertThat(run(Map.of(), TLS)).isZero();
    assertThat(config().nodeName()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "--port, x",
    "--port, 70000",
    "--admin-address, 9620",
    "--prometheus-listen-addr, 9620",
    "--server-address, ::1",
    "--server-address, :9610",
    "--imds-v1, maybe",
    "--unknown-caller-wait, 5",
    "--unknown-caller-wait, 2s",
    "--max-connections, 0",
    "--caller-rate, -1",
    "--caller-rate, 1000001",
    "--caller-burst, 0",
    "--pod-identity, maybe",
    "--pod-identity-agent, localhost:80",
    "--pod-identity-agent, 127.0.0.1",
    "--grpc-keepalive-time-duration, 0s",
    "--grpc-keepalive-timeout-duration, 0s",
    "--allow-route-regexp, (",
    "--whitelist-route-regexp, [",
    "--metadata-address, 169.254.169.254",
    "--metadata-address, :80",
    "--level, loud"
  })
  void badValueIsOneLineNamingFlagAndValue(String flag, String value) {
    assertThat(run(flag + "=" + value)).isEqualTo(2);
    assertThat(printed.toString().lines().findFirst().orElseThrow()).contains(flag).contains(value);
    assertThat(printed.toString()).doesNotContain("\tat ");
  }

  @Test
  void unknownFlagFailsWithASuggestion() {
    assertThat(run("--server-adress=x:1")).isEqualTo(2);
    assertThat(printed.toString()).contains("--server-adress").contains("--server-address");
  }

  @Test
  void missingCertificateFlagIsNamed() {
    assertThat(run(Map.of(), "--cert=c", "--key=k")).isEqualTo(2);
    assertThat(printed.toString()).contains("--ca");
  }

  @Test
  void anAgentWithATokenNeedsNoCertificateOfItsOwnButAWholeOneIfAny() {
    assertThat(run(Map.of(), "--ca=ca.pem", "--node-name=n")).isZero();
    assertThat(config().tls())
        .isEqualTo(new TlsFiles(Optional.empty(), Optional.of(Path.of("ca.pem"))));
    assertThat(run(Map.of(), "--ca=ca.pem", "--cert=c", "--node-name=n")).isEqualTo(2);
    assertThat(printed.toString()).contains("--key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"certificate", "shared-certificate"})
  void anAgentWithACertificateNeedsItsFiles(String auth) {
    assertThat(run(Map.of(), "--ca=ca", "--node-name=n", "--agent-auth=" + auth)).isEqualTo(2);
    assertThat(printed.toString()).contains("Missing required option: '--cert=FILE'");
  }

  @Test
  void anUnknownProofIsOneLineThatNamesTheKnownOnes() {
    assertThat(run("--agent-auth=mtls")).isEqualTo(2);
    assertThat(printed.toString())
        .contains("--agent-auth", "'mtls' is not token, certificate or shared-certificate");
  }

  @Test
  void troubleAtStartIsOneLineAndExit1() {
    AgentCommand command =
        new AgentCommand(
            Map.of(),
            (_, _, _, _) -> {
              throw new StartException("cannot listen on :3100 (--port)");
            });
    PrintWriter out = new PrintWriter(printed);
    assertThat(new Program(command, "agent").output(out, out).run(TLS)).isEqualTo(1);
    assertThat(printed.toString().strip())
        .isEqualTo("iambridge-agent: cannot listen on :3100 (--port)");
  }
}
