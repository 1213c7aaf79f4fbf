package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.testing.Addresses;
import io.iambridge.agent.testing.RawHttp;
import io.iambridge.agent.testing.RawHttp.Answer;
import io.iambridge.agent.testing.RunningAgent;
import io.iambridge.proto.v1.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A namespace's mode changes while its pods ask, at both addresses. */
class ModeChangeTest {
  private static final String POD = "127.0.0.11";
  private static final String ARN = "arn:aws:iam::123456789012:role/app";
  private static final String LIST = "/latest/meta-data/iam/security-credentials/";
  private static final String TOKEN =
      "eyJhbGciOiJSUzI1NiJ9."
          + Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString("pod-1".getBytes(StandardCharsets.UTF_8))
          + ".c2lnbmF0dXJl";

  @TempDir private Path dir;
  private RunningAgent agent;

  @BeforeEach
  void aPodInModeKiam() throws IOException {
    agent = RunningAgent.start(dir);
    agent.server().push(Addresses.bound(POD, "pod-1", ARN, "kiams"));
    agent.server().token(TOKEN, "pod-1");
    await(() -> credentials().body().contains("token-of-kiams"));
    assertThat(podIdentity().body()).contains("token-of-kiams");
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) {
    Awaitility.await().atMost(RunningAgent.PATIENCE).until(condition::holds);
  }

  private Answer credentials() throws IOException {
    return agent.get(POD, LIST + "app");
  }

  private Answer podIdentity() throws IOException {
    try (RawHttp http = agent.connect(POD)) {
      return http.requestTo("169.254.170.23", "GET", "/v1/credentials", "Authorization: " + TOKEN);
    }
  }

  @Test
  void theFormerModesCredentialsAreNeverServedAgain() throws IOException {
    agent.server().hold();
    agent.server().push(Addresses.bound(POD, "pod-1", ARN, "irsas"));
    await(() -> agent.server().calls("irsas") > 0);
    for (int i = 0; i < 2; i++) {
      assertThat(credentials().status()).as("none, rather than those").isEqualTo(503);
      assertThat(podIdentity().status()).isEqualTo(503);
    }
    agent.server().release();
    await(() -> credentials().status() == 200);
    assertThat(credentials().body()).contains("token-of-irsas");
    assertThat(podIdentity().body()).contains("token-of-irsas");
  }

  @Test
  void aRequestThatWaitsWhileTheModeChangesIsAnsweredByTheNewOne() throws IOException {
    agent.server().push(Addresses.bound(POD, "pod-1", ARN, "irsas"));
    await(() -> agent.server().calls("irsas") > 0);
    // Whoever asks now waits for the answer on its way, or has it.
    assertThat(credentials().body()).contains("token-of-irsas");
    agent.server().push(Addresses.bound(POD, "pod-1", ARN, "kiams"));
    await(() -> credentials().body().contains("token-of-kiams"));
  }

  @Test
  void aRetiredPodIsToldWhatToDoAtBothAddresses() throws IOException {
    String message = "pod default/pod-1 is retired: set the label back";
    agent.server().push(Addresses.denied(POD, "pod-1", Reason.RETIRED, message));
    await(() -> credentials().status() == 403);
    assertThat(credentials().body()).isEqualTo("RETIRED: " + message);
    Answer list = agent.get(POD, LIST);
    assertThat(list.status()).isEqualTo(403);
    assertThat(list.body()).contains(message);
    Answer answer = podIdentity();
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.body()).contains("(AccessDeniedException): RETIRED: " + message);
  }
}
