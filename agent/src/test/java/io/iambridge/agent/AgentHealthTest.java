package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.testing.RunningAgent;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Kubernetes' probes are told at the admin address. */
class AgentHealthTest {
  @TempDir private Path dir;

  @Test
  void readyFromTheFirstSnapshotOnAndLiveAlways() throws Exception {
    try (RunningAgent agent = RunningAgent.startWithSilentServer(dir)) {
      HttpResponse<String> before = agent.admin("/readyz");
      assertThat(before.statusCode()).isEqualTo(503);
      assertThat(before.body()).contains("the server has not yet told who is on this node");
      assertThat(agent.admin("/healthz").statusCode()).isEqualTo(200);

      agent.server().silent(false);
      agent.awaitReady();
      assertThat(agent.admin("/readyz").statusCode()).isEqualTo(200);
      assertThat(agent.admin("/healthz").statusCode()).isEqualTo(200);

      agent.stopServer();
      agent.awaitMetric("iambridge_agent_watch_connected 0.0");
      assertThat(agent.admin("/readyz").statusCode()).isEqualTo(200);
      assertThat(agent.admin("/healthz").statusCode()).isEqualTo(200);
    }
  }
}
