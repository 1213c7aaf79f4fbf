package io.iambridge.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnTokenTest {
  private final FakeClock clock = new FakeClock();
  private final FakeUpstream upstream = new FakeUpstream();
  private final OwnToken token = new OwnToken(upstream, clock);

  @Test
  void oneTokenServesForAlmostSixHours() {
    upstream.then(200, "first").then(200, "second");
    assertThat(token.get()).isCompletedWithValue(Optional.of("first"));
    clock.advance(Duration.ofHours(5));
    assertThat(token.get()).isCompletedWithValue(Optional.of("first"));
    clock.advance(Duration.ofMinutes(55));
    assertThat(token.get()).isCompletedWithValue(Optional.of("second"));
  }

  @Test
  void allWhoNeedItMeanwhileWaitForOneAnswer() {
    CompletableFuture<Optional<String>> one = token.get();
    CompletableFuture<Optional<String>> other = token.get();
    assertThat(one).isNotDone();
    upstream.answer(200, "first");
    assertThat(one).isCompletedWithValue(Optional.of("first"));
    assertThat(other).isCompletedWithValue(Optional.of("first"));
    assertThat(upstream.asked).containsExactly("PUT");
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 404, 405})
  void whereThereAreNoTokensItIsAskedAgainAfterMinutes(int status) {
    upstream.then(status, "").then(200, "late");
    assertThat(token.get()).isCompletedWithValue(Optional.empty());
    clock.advance(Duration.ofMinutes(4));
    assertThat(token.get()).isCompletedWithValue(Optional.empty());
    clock.advance(Duration.ofMinutes(1));
    assertThat(token.get()).isCompletedWithValue(Optional.of("late"));
  }

  @Test
  void aRefusedTokenIsReplacedOnceForAll() {
    upstream.then(200, "first").then(200, "second");
    Optional<String> first = token.get().join();
    assertThat(token.insteadOf(first)).isCompletedWithValue(Optional.of("second"));
    assertThat(token.insteadOf(first)).isCompletedWithValue(Optional.of("second"));
    assertThat(upstream.asked).hasSize(2);
  }

  @Test
  void aServiceThatBeginsToDemandTokensIsAskedForOne() {
    upstream.then(404, "").then(200, "now");
    assertThat(token.insteadOf(token.get().join())).isCompletedWithValue(Optional.of("now"));
  }

  @Test
  void afterAFailureItIsAskedAgain() {
    upstream.then(500, "").then(200, "bad\r\nheader").then(200, "good");
    assertThat(token.get()).isCompletedExceptionally();
    assertThat(token.get()).isCompletedExceptionally();
    assertThat(token.get()).isCompletedWithValue(Optional.of("good"));
  }

  @Test
  void aClockThatIsSetBackMakesNoTokenLiveLonger() {
    upstream.then(200, "first").then(200, "second");
    assertThat(token.get()).isCompletedWithValue(Optional.of("first"));
    clock.set(clock.instant().minusSeconds(1));
    assertThat(token.get()).isCompletedWithValue(Optional.of("second"));
  }
}
