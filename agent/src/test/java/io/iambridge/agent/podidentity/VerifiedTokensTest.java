package io.iambridge.agent.podidentity;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.agent.podidentity.Token.Hash;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VerifiedTokensTest {
  private static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");
  private static final Instant END = NOW.plus(Duration.ofHours(1));
  private static final Hash TOKEN = new Hash("a");

  private final VerifiedTokens tokens =
      new VerifiedTokens(new PrometheusAgentMetrics(new PrometheusRegistry(), "test"));

  @Test
  void aTokenIsFreshForAMinuteAndOnlyForItsPod() {
    assertThat(tokens.isFresh(TOKEN, "pod", NOW)).isFalse();
    tokens.add(TOKEN, "pod", END, NOW);
    assertThat(tokens.isFresh(TOKEN, "pod", NOW.plusSeconds(59))).isTrue();
    assertThat(tokens.isFresh(TOKEN, "other", NOW)).isFalse();
    assertThat(tokens.isFresh(TOKEN, "pod", NOW.plusSeconds(60))).isFalse();
    // A clock that was set back by a day.
    assertThat(tokens.isFresh(TOKEN, "pod", NOW.minus(Duration.ofDays(1)))).isFalse();
  }

  @Test
  void noTokenIsFreshOnceItHasEnded() {
    tokens.add(TOKEN, "pod", NOW.plusSeconds(10), NOW);
    assertThat(tokens.isFresh(TOKEN, "pod", NOW.plusSeconds(9))).isTrue();
    assertThat(tokens.isFresh(TOKEN, "pod", NOW.plusSeconds(10))).isFalse();
  }

  @Test
  void withoutServerATokenIsGoodUntilItEnds() {
    tokens.add(TOKEN, "pod", END, NOW);
    Instant later = END.minusSeconds(30);
    assertThat(tokens.isGoodWithoutServer(TOKEN, "other", later)).isFalse();
    assertThat(tokens.isGoodWithoutServer(TOKEN, "pod", later)).isTrue();
    // And is not asked about for a moment.
    assertThat(tokens.isFresh(TOKEN, "pod", later.plusSeconds(4))).isTrue();
    assertThat(tokens.isFresh(TOKEN, "pod", later.plusSeconds(5))).isFalse();
    assertThat(tokens.isGoodWithoutServer(TOKEN, "pod", END)).isFalse();
    assertThat(tokens.isGoodWithoutServer(new Hash("b"), "pod", later)).isFalse();
  }

  @Test
  void aPodTakesItsTokensAlong() {
    tokens.add(TOKEN, "pod", END, NOW);
    tokens.add(new Hash("b"), "pod", END, NOW);
    tokens.add(new Hash("c"), "other", END, NOW);
    tokens.forgetPod("pod");
    assertThat(tokens.size()).isEqualTo(1);
    assertThat(tokens.isFresh(TOKEN, "pod", NOW)).isFalse();
    assertThat(tokens.isFresh(new Hash("c"), "other", NOW)).isTrue();
    tokens.forgetPod("nobody");
  }

  @Test
  void aPodHasOnlySoManyTokensAndItsOldestGoFirst() {
    for (int i = 0; i <= VerifiedTokens.PER_POD; i++) {
      tokens.add(new Hash("t" + i), "pod", END, NOW);
      tokens.add(new Hash("t1"), "pod", END, NOW);
    }
    assertThat(tokens.size()).isEqualTo(VerifiedTokens.PER_POD);
    assertThat(tokens.isFresh(new Hash("t0"), "pod", NOW)).isFalse();
    assertThat(tokens.isFresh(new Hash("t1"), "pod", NOW)).isTrue();
  }

  @Test
  void onlyItsOwnPodsRefusalTakesATokenAway() {
    tokens.add(TOKEN, "pod", END, NOW);
    tokens.forget(TOKEN, "thief");
    assertThat(tokens.isFresh(TOKEN, "pod", NOW)).isTrue();
    tokens.forget(TOKEN, "pod");
    assertThat(tokens.size()).isZero();
  }
}
