package io.iambridge.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iambridge.agent.http.Response;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.common.testing.FakeClock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.ConnectException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class TrueMetadataTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final InetAddress POD = InetAddress.ofLiteral("10.244.0.5");
  private static final InetAddress OTHER_POD = InetAddress.ofLiteral("10.244.0.6");
  private static final MetadataPath REGION = new MetadataPath("/latest/meta-data/placement/region");
  private static final MetadataPath ACTION = new MetadataPath("/latest/meta-data/spot/action");

  private final FakeClock clock = new FakeClock();
  private final FakeUpstream upstream = new FakeUpstream();
  private final AgentMetrics metrics = new PrometheusAgentMetrics(new PrometheusRegistry(), "test");
  private final TrueMetadata metadata = new TrueMetadata(upstream, () -> {}, clock, metrics);
  private final List<Integer> statuses = new CopyOnWriteArrayList<>();

  private void ask(MetadataPath path) {
    ask(path, POD);
  }

  private void ask(MetadataPath path, InetAddress peer) {
    metadata.ask(path, peer, PATIENCE, this::answered);
  }

  private void answered(Response response) {
    statuses.add(response.status());
  }

  private static MetadataPath path(int number) {
    return new MetadataPath("/latest/meta-data/tags/instance/" + number);
  }

  @Test
  void aDocumentIsAskedForWithOurOwnToken() {
    upstream.then(200, "token").then(200, "eu-west-1");
    ask(REGION);
    assertThat(statuses).containsExactly(200);
    assertThat(upstream.asked).containsExactly("PUT", "GET " + REGION + " token");
  }

  @Test
  void withoutVersionTwoItIsAskedForWithoutToken() {
    upstream.then(405, "").then(200, "eu-west-1");
    ask(REGION);
    assertThat(statuses).containsExactly(200);
    assertThat(upstream.asked).containsExactly("PUT", "GET " + REGION + " null");
  }

  @Test
  void whatIsFixedIsAskedForOnceAnHour() {
    upstream.then(200, "token").then(200, "eu-west-1");
    ask(REGION);
    clock.advance(Duration.ofMinutes(59));
    ask(REGION);
    assertThat(upstream.asked).hasSize(2);
    clock.advance(Duration.ofMinutes(1));
    upstream.then(200, "eu-west-1");
    ask(REGION);
    assertThat(upstream.asked).hasSize(3);
    assertThat(statuses).containsExactly(200, 200, 200);
  }

  @Test
  void whatMayChangeOrComeIsAskedForAgainAfterASecond() {
    upstream.then(200, "token").then(404, "");
    ask(ACTION);
    ask(ACTION);
    assertThat(upstream.asked).hasSize(2);
    clock.advance(Duration.ofSeconds(1));
    upstream.then(200, "terminate");
    ask(ACTION);
    clock.advance(Duration.ofSeconds(1));
    upstream.then(200, "terminate");
    ask(ACTION);
    assertThat(upstream.asked).hasSize(4);
    assertThat(statuses).containsExactly(404, 404, 200, 200);
  }

  @Test
  void allWhoAskForOnePathWaitForOneRequest() {
    upstream.then(200, "token");
    for (int i = 0; i < 1_000; i++) {
      ask(REGION);
    }
    assertThat(upstream.asked).hasSize(2);
    assertThat(statuses).isEmpty();
    upstream.answer(200, "eu-west-1");
    assertThat(statuses).hasSize(1_000).containsOnly(200);
  }

  @Test
  void aRefusedTokenIsReplacedOnce() {
    upstream.then(200, "old").then(401, "").then(200, "new").then(200, "eu-west-1");
    ask(REGION);
    assertThat(statuses).containsExactly(200);
    assertThat(upstream.asked)
        .containsExactly("PUT", "GET " + REGION + " old", "PUT", "GET " + REGION + " new");

    upstream.then(401, "").then(200, "newer").then(401, "");
    ask(ACTION);
    assertThat(statuses).containsExactly(200, 503);
    assertThat(upstream.asked).hasSize(7);
  }

  @Test
  void anythingElseIsA503AndNotKept() {
    upstream.then(200, "token").then(403, "").then(302, "").then(500, "");
    ask(REGION);
    ask(REGION);
    ask(REGION);
    upstream.thenFail(new ConnectException("refused")).then(200, "eu-west-1");
    ask(REGION);
    ask(REGION);
    assertThat(statuses).containsExactly(503, 503, 503, 503, 200);
  }

  @Test
  void nobodyWaitsLongerThanHisPatience() {
    metadata.ask(REGION, POD, Duration.ofMillis(10), this::answered);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(statuses).containsExactly(503));
    metadata.ask(REGION, POD, Duration.ZERO, this::answered);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(statuses).containsExactly(503, 503));
  }

  @Test
  void aRequestThatHangsEndsAndIsMadeAnew() {
    upstream.then(200, "token");
    ask(REGION);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(statuses).containsExactly(503));
    upstream.then(200, "eu-west-1");
    ask(REGION);
    assertThat(statuses).containsExactly(503, 200);
  }

  @Test
  void oneCallerHasItsShareAndOthersTheirs() {
    upstream.then(200, "token");
    for (int i = 0; i < 9; i++) {
      ask(path(i));
    }
    assertThat(statuses).containsExactly(503);
    ask(path(9), OTHER_POD);
    assertThat(statuses).containsExactly(503);
    for (int i = 0; i < 9; i++) {
      upstream.answer(200, "x");
    }
    assertThat(statuses).hasSize(10);
    upstream.then(200, "x");
    ask(path(10));
    assertThat(statuses).hasSize(11).endsWith(200);
  }

  @Test
  void noMoreThanAHundredASecondAreAsked() {
    upstream.then(200, "token");
    for (int i = 0; i < 101; i++) {
      upstream.then(200, "x");
      ask(path(i), InetAddress.ofLiteral("10.0.1." + i % 10));
    }
    assertThat(statuses).hasSize(101).endsWith(200, 503);
    clock.advance(Duration.ofSeconds(1));
    ask(path(101));
    assertThat(statuses).endsWith(503, 200);
  }

  @Test
  void onePodLeavesSomethingToTheOthers() {
    upstream.then(200, "token");
    for (int i = 0; i < 21; i++) {
      upstream.then(200, "x");
      ask(path(i));
    }
    assertThat(statuses).hasSize(21).endsWith(200, 503);
    ask(path(21), OTHER_POD);
    assertThat(statuses).endsWith(503, 200);
  }
}
