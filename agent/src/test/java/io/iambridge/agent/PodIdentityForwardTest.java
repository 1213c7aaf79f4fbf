package io.iambridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.iambridge.agent.podidentity.PodIdentityConfig;
import io.iambridge.agent.podidentity.PodIdentityConfig.Mode;
import io.iambridge.agent.testing.Addresses;
import io.iambridge.agent.testing.RawHttp;
import io.iambridge.agent.testing.RawHttp.Answer;
import io.iambridge.agent.testing.RunningAgent;
import io.iambridge.common.cli.HostPort;
import io.iambridge.proto.v1.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** --pod-identity=forward and off, and what becomes of it without a server. */
class PodIdentityForwardTest {
  private static final String HOST = "169.254.170.23";
  private static final String PATH = "/v1/credentials";
  private static final String TOKEN = "e30.e30.c2ln";
  private static final String ARN = "arn:aws:iam::123456789012:role/app";
  private static final String POD = "127.0.0.11";
  private static final String ROLELESS = "127.0.0.12";

  @TempDir private Path dir;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch hang = new CountDownLatch(1);
  private volatile boolean hanging;
  private volatile int status = 200;
  private volatile String type = "application/json";
  private volatile String body = "{\"AccessKeyId\":\"ASIAEKS\"}";
  private HttpServer eks;

  @BeforeEach
  void startEksAgent() throws IOException {
    eks = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    eks.setExecutor(threads);
    eks.createContext("/", this::answer);
    eks.start();
  }

  @AfterEach
  void stop() {
    hang.countDown();
    eks.stop(0);
    threads.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " "
            + exchange.getRequestHeaders().getFirst("Host")
            + " "
            + exchange.getRequestHeaders().getFirst("Authorization")
            + " "
            + exchange.getRequestHeaders().size());
    if (hanging) {
      try {
        hang.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Set-Cookie", "not=ours");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private RunningAgent start(Mode mode) throws IOException {
    int port = eks.getAddress().getPort();
    RunningAgent agent =
        RunningAgent.start(
            dir,
            config ->
                new AgentConfig(
                    config.listen(),
                    config.admin(),
                    config.server(),
                    config.tls(),
                    config.auth(),
                    config.keepAlive(),
                    config.nodeName(),
                    config.stateDir(),
                    config.imds(),
                    config.limits(),
                    config.interception(),
                    new PodIdentityConfig(mode, new HostPort("127.0.0.1", port)),
                    config.metadata(),
                    config.neighbourCheck(),
                    config.evidenceInterval()));
    agent.server().push(Addresses.withoutRole(ROLELESS, "pod-2"));
    agent.server().push(Addresses.bound(POD, "pod-1", ARN, "session-1"));
    agent.server().token(TOKEN, "pod-1");
    Awaitility.await()
        .atMost(RunningAgent.PATIENCE)
        .until(
            () -> agent.get(POD, "/latest/meta-data/iam/security-credentials/app").status() == 200);
    return agent;
  }

  private static Answer ask(RunningAgent agent, String from, String... headers) throws IOException {
    List<String> all = new ArrayList<>(List.of("Authorization: " + TOKEN));
    all.addAll(List.of(headers));
    try (RawHttp http = agent.connect(from)) {
      return http.requestTo(HOST + ":80", "POST", PATH + "?a=b", all.toArray(String[]::new));
    }
  }

  @Test
  void callersWithABindingAreServedHereAndOthersThere() throws IOException {
    try (RunningAgent agent = start(Mode.FORWARD)) {
      assertThat(ask(agent, POD).body()).contains("token-of-session-1");
      assertThat(asked).isEmpty();
      agent.server().push(Addresses.denied("127.0.0.13", "pod-3", Reason.ROLE_NOT_PERMITTED, "no"));
      for (String from : List.of(ROLELESS, "127.0.0.13", "127.0.0.19")) {
        Answer answer = ask(agent, from, "X-Forwarded-For: 10.0.0.1", "X-Evil: yes");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"AccessKeyId\":\"ASIAEKS\"}");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.header("Set-Cookie")).isNull();
      }
      // Rebuilt: nothing of the pod's request but the token.
      assertThat(asked)
          .hasSize(3)
          .containsOnly("GET /v1/credentials 169.254.170.23 " + TOKEN + " 3");
      assertThat(agent.server().reviews()).isEqualTo(1);
      agent.awaitMetric("iambridge_agent_pod_identity_forwarded_total{result=\"answered\"} 3.0");
    }
  }

  @Test
  void retiredPodIsHandedOverAndWithoutForwardToldWhy() throws IOException {
    String why = "retired by the label iambridge.io/mode=retired";
    try (RunningAgent agent = start(Mode.FORWARD)) {
      agent.server().push(Addresses.denied("127.0.0.13", "pod-3", Reason.RETIRED, why));
      assertThat(ask(agent, "127.0.0.13").body()).isEqualTo(body);
      assertThat(asked).singleElement().asString().contains(TOKEN);
    }
    asked.clear();
    try (RunningAgent agent = start(Mode.SERVE)) {
      agent.server().push(Addresses.denied("127.0.0.13", "pod-3", Reason.RETIRED, why));
      Awaitility.await()
          .atMost(RunningAgent.PATIENCE)
          .until(() -> ask(agent, "127.0.0.13").status() == 403);
      assertThat(ask(agent, "127.0.0.13").body())
          .contains("(AccessDeniedException): RETIRED: " + why);
      assertThat(asked).isEmpty();
    }
  }

  @Test
  void refusalsOfTheEksAgentArePassedBack() throws IOException {
    try (RunningAgent agent = start(Mode.FORWARD)) {
      status = 404;
      type = "text/plain; charset=utf-8";
      body = "[x]: (ResourceNotFoundException): none, fault: client\n";
      Answer answer = ask(agent, ROLELESS);
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.header("Content-Type")).isEqualTo(type);
      assertThat(answer.body()).isEqualTo(body);
    }
  }

  @Test
  void whatTheEksAgentNeverAnswersIsA503() throws IOException {
    try (RunningAgent agent = start(Mode.FORWARD)) {
      status = 302;
      assertThat(ask(agent, ROLELESS).status()).isEqualTo(503);
      status = 200;
      body = "x".repeat(70_000);
      assertThat(ask(agent, ROLELESS).status()).isEqualTo(503);
      assertThat(asked).hasSize(2);
      eks.stop(0);
      Answer gone = ask(agent, ROLELESS);
      assertThat(gone.status()).isEqualTo(503);
      assertThat(gone.body())
          .contains("EKS_AGENT_UNAVAILABLE: the EKS Pod Identity agent of this node cannot be");
      agent.awaitMetric("iambridge_agent_pod_identity_forwarded_total{result=\"failed\"} 3.0");
    }
  }

  @Test
  void aHangingEksAgentTakesNoMorePlacesThanThereAre() throws Exception {
    hanging = true;
    try (RunningAgent agent = start(Mode.FORWARD)) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 70; i++) {
        String from = "127.0.2." + (1 + i % 10);
        agent.server().push(Addresses.withoutRole(from, "pod-of-" + from));
        answers.add(threads.submit(() -> ask(agent, from)));
      }
      List<Integer> statuses = statuses(answers);
      assertThat(statuses).containsOnly(429, 503);
      // A place that is free again in between is given again.
      assertThat(statuses.stream().filter(one -> one == 503)).hasSizeGreaterThanOrEqualTo(64);
      assertThat(statuses).contains(429);
    }
  }

  @Test
  void oneCallerTakesOnlyItsShareOfAHangingEksAgent() throws Exception {
    hanging = true;
    try (RunningAgent agent = start(Mode.FORWARD)) {
      List<Future<Answer>> greedy = new ArrayList<>();
      for (int i = 0; i < 70; i++) {
        greedy.add(threads.submit(() -> ask(agent, ROLELESS)));
      }
      Awaitility.await().atMost(RunningAgent.PATIENCE).until(() -> asked.size() >= 8);
      // It waits for the EKS agent as the first eight do, and is not sent away.
      assertThat(ask(agent, "127.0.0.19").status()).isEqualTo(503);
      assertThat(statuses(greedy)).containsOnly(429, 503).contains(429);
    }
  }

  private static List<Integer> statuses(List<Future<Answer>> answers) throws Exception {
    List<Integer> statuses = new ArrayList<>();
    for (Future<Answer> answer : answers) {
      statuses.add(answer.get().status());
    }
    return statuses;
  }

  @Test
  void withoutServerVerifiedTokensAreServedAndOthersAreNot() throws Exception {
    try (RunningAgent agent = start(Mode.SERVE)) {
      assertThat(ask(agent, POD).status()).isEqualTo(200);
      agent.stopServer();
      assertThat(ask(agent, POD).status()).isEqualTo(200);
      try (RawHttp http = agent.connect(POD)) {
        Answer other = http.requestTo(HOST, "GET", PATH, "Authorization: " + TOKEN + "2");
        assertThat(other.status()).isEqualTo(503);
        assertThat(other.body()).contains("SERVER_NOT_READY").doesNotContain("127.0.0.1", "ASIA");
      }
      assertThat(asked).isEmpty();
    }
  }

  @Test
  void offMeansThatThePathIsNotKnown() throws IOException {
    try (RunningAgent agent = start(Mode.OFF)) {
      assertThat(ask(agent, POD).status()).isEqualTo(404);
      assertThat(ask(agent, ROLELESS).status()).isEqualTo(404);
      assertThat(agent.server().reviews()).isZero();
      assertThat(asked).isEmpty();
    }
  }
}
