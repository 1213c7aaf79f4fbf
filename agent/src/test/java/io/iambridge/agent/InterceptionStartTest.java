package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.agent.interception.FakeIptables;
import io.iambridge.agent.interception.InterceptionConfig;
import io.iambridge.agent.interception.InterfacePattern;
import io.iambridge.agent.testing.RunningAgent;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.cli.StartException;
import io.iambridge.common.testing.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When in the agent's life the rules come and go. There is no server: the agent starts without. */
class InterceptionStartTest {
  private static final int NOBODY = 1;

  @TempDir private Path dir;
  private final FakeIptables node = new FakeIptables();
  private AgentConfig config;

  @BeforeEach
  void config() throws IOException {
    config = RunningAgent.config(dir, Certificates.authority(dir, "ca").client("agent"), NOBODY);
  }

  private AgentConfig with(HostPort listen, HostPort admin, boolean removeAtStop) {
    return new AgentConfig(
        listen,
        admin,
        config.server(),
        config.tls(),
        config.auth(),
        config.keepAlive(),
        config.nodeName(),
        config.stateDir(),
        config.imds(),
        config.limits(),
        Optional.of(
            new InterceptionConfig(
                List.of(InetAddress.ofLiteral("10.0.0.10")),
                Optional.of(InterfacePattern.parse("cali+")),
                InterceptionConfig.Mode.NFT,
                /* takeover= */ false,
                removeAtStop,
                /* podIdentity= */ true,
                /* podIdentityForHostNetwork= */ false)),
        config.podIdentity(),
        config.metadata(),
        config.neighbourCheck(),
        config.evidenceInterval());
  }

  private AgentConfig intercepting(boolean removeAtStop) {
    return with(config.listen(), config.admin(), removeAtStop);
  }

  private boolean anyRule() {
    return node.commands().stream().anyMatch(command -> command.contains("-I"));
  }

  @Test
  void rulesComeAfterThePortIsOpenAndNameIt() throws IOException {
    AtomicInteger redirected = new AtomicInteger();
    node.disturb(command -> {
      String to = command.getLast();
      if (to.startsWith("10.0.0.10:")) {
        int port = Integer.parseInt(to.substring("10.0.0.10:".length()));
        assertThat(connects(port)).as("port " + port + " is open").isTrue();
        redirected.set(port);
      }
      return Optional.empty();
    });
    try (Agent agent = Agent.start(intercepting(/* removeAtStop= */ false), node)) {
      assertThat(redirected).hasValue(agent.port());
    }
  }

  private static boolean connects(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  @Test
  void withoutPermissionTheAgentDoesNotStartAndSaysSoInOneLine() {
    node.withoutPermission();
    assertThatThrownBy(() -> Agent.start(intercepting(/* removeAtStop= */ false), node))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("NET_ADMIN")
        .hasMessageNotContaining("\n");
  }

  @Test
  void startThatFailsForAnotherReasonTouchesNoRule() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HostPort used = new HostPort("127.0.0.1", taken.getLocalPort());
      for (AgentConfig clash :
          List.of(
              with(used, config.admin(), /* removeAtStop= */ true),
              with(config.listen(), used, /* removeAtStop= */ true))) {
        assertThatThrownBy(() -> Agent.start(clash, node)).isInstanceOf(StartException.class);
      }
    }
    assertThat(anyRule()).isFalse();
  }

  @Test
  void rulesStayAtAStopAndGoOnlyIfToldSo() {
    Agent.start(intercepting(/* removeAtStop= */ false), node).close();
    assertThat(anyRule()).isTrue();
    assertThat(node.commands()).noneMatch(command -> command.contains("-X"));
    Agent.start(intercepting(/* removeAtStop= */ true), node).close();
    assertThat(node.commands()).anyMatch(command -> command.contains("-X"));
  }

  @Test
  void withoutTheFlagNoProgramIsRun() {
    Agent.start(config, node).close();
    assertThat(node.commands()).isEmpty();
  }

  @Test
  void agentIsNotReadyWhileARuleOfSomebodyElseMayComeFirst() throws Exception {
    node.type(
        "iptables-legacy -t nat -A PREROUTING -d 169.254.169.254 -p tcp -j DNAT"
            + " --to-destination 10.0.0.10:8181");
    try (RunningAgent agent =
        RunningAgent.startUnready(
            dir,
            given -> {
              config = given;
              return intercepting(/* removeAtStop= */ false);
            },
            node)) {
      // Before, it is for another reason.
      Awaitility.await()
          .atMost(RunningAgent.PATIENCE)
          .until(() -> agent.admin("/readyz").body().contains("8181"));
      assertThat(agent.admin("/readyz").statusCode()).isEqualTo(503);
      assertThat(agent.admin("/metrics").body())
          .contains("iambridge_agent_interception_in_place{family=\"ipv4\"} 0.0");
    }
  }

  @Test
  void agentThatInterceptsIsReadyAndCountsIt() throws Exception {
    try (RunningAgent agent =
        RunningAgent.start(
            dir,
            given -> {
              config = given;
              return intercepting(/* removeAtStop= */ false);
            },
            node)) {
      assertThat(agent.admin("/readyz").statusCode()).isEqualTo(200);
      assertThat(agent.admin("/metrics").body())
          .contains("iambridge_agent_interception_in_place{family=\"ipv4\"} 1.0");
    }
  }
}
