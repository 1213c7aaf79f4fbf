package io.iambridge.server.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.tokens.Review.Authentic;
import io.iambridge.server.tokens.Review.Rejected;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AgentReviewsTest {
  private final FakeClock clock = new FakeClock();
  private final Instant end = clock.instant().plus(Duration.ofHours(1));
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile boolean away;
  private volatile boolean revoked;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private final AgentReviews reviews = new AgentReviews(this::ask, threads, clock);

  @AfterEach
  void stop() {
    gate.countDown();
    threads.shutdownNow();
  }

  private Review ask(String token) throws ReviewException {
    asked.incrementAndGet();
    try {
      if (!token.startsWith("quick")) {
        gate.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (away) {
      throw new ReviewException("away");
    }
    return revoked || token.startsWith("bad")
        ? new Rejected("no")
        : new Authentic("uid", Optional.of("node-1"), end);
  }

  @Test
  void anAnswerCountsForAMinute() throws Exception {
    assertThat(reviews.review("good")).isInstanceOf(Authentic.class);
    revoked = true;
    clock.advance(AgentReviews.AUTHENTIC_KEPT.minusSeconds(1));
    assertThat(reviews.review("good")).isInstanceOf(Authentic.class);
    assertThat(asked).hasValue(1);
    clock.advance(Duration.ofSeconds(2));
    assertThat(reviews.review("good")).isEqualTo(new Rejected("no"));
    assertThat(asked).hasValue(2);
  }

  @Test
  void aRejectionCountsForSeconds() throws Exception {
    assertThat(reviews.review("bad")).isEqualTo(new Rejected("no"));
    assertThat(reviews.review("bad")).isEqualTo(new Rejected("no"));
    assertThat(asked).hasValue(1);
    clock.advance(AgentReviews.REJECTED_KEPT.plusSeconds(1));
    assertThat(reviews.review("bad")).isEqualTo(new Rejected("no"));
    assertThat(asked).hasValue(2);
  }

  @Test
  void whileKubernetesIsAwayAKnownTokenIsBelievedUntilItEndsAndANewOneIsNot() throws Exception {
    assertThat(reviews.review("good")).isInstanceOf(Authentic.class);
    away = true;
    for (Instant until = clock.instant().plus(Duration.ofMinutes(59));
        clock.instant().isBefore(until);
        clock.advance(Duration.ofMinutes(1))) {
      assertThat(reviews.review("good")).isInstanceOf(Authentic.class);
    }
    assertThatThrownBy(() -> reviews.review("good, but new"))
        .isInstanceOf(ReviewException.class)
        .hasMessage("away");
    clock.advance(Duration.ofMinutes(2));
    assertThatThrownBy(() -> reviews.review("good")).isInstanceOf(ReviewException.class);
  }

  @Test
  void afterAQuestionWithoutAnswerNobodyAsksAboutKnownTokensForAMoment() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertThat(reviews.review("good" + i)).isInstanceOf(Authentic.class);
    }
    away = true;
    clock.advance(AgentReviews.AUTHENTIC_KEPT.plusSeconds(1));
    asked.set(0);
    for (int i = 0; i < 100; i++) {
      assertThat(reviews.review("good" + i)).isInstanceOf(Authentic.class);
    }
    assertThat(asked).hasValue(1);
    clock.advance(AgentReviews.BELIEVED.plusSeconds(1));
    away = false;
    revoked = true;
    assertThat(reviews.review("good7")).isEqualTo(new Rejected("no"));
  }

  @Test
  void whatIsRevokedIsForgottenAlsoForWhenKubernetesIsAway() throws Exception {
    assertThat(reviews.review("good")).isInstanceOf(Authentic.class);
    revoked = true;
    assertThat(reviews.reviewAnew("good")).isEqualTo(new Rejected("no"));
    away = true;
    clock.advance(AgentReviews.REJECTED_KEPT.plusSeconds(1));
    assertThatThrownBy(() -> reviews.review("good")).isInstanceOf(ReviewException.class);
  }

  @Test
  void aReviewAnewIsNotBelievedWithoutAnAnswer() throws Exception {
    assertThat(reviews.review("good")).isInstanceOf(Authentic.class);
    away = true;
    assertThatThrownBy(() -> reviews.reviewAnew("good")).isInstanceOf(ReviewException.class);
  }

  @Test
  void aFloodOfUnknownTokensDoesNotDelayKnownOnes() throws Exception {
    assertThat(reviews.review("quick")).isInstanceOf(Authentic.class);
    clock.advance(AgentReviews.AUTHENTIC_KEPT.plusSeconds(1));
    gate = new CountDownLatch(1);
    List<Future<Review>> flood = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String garbage = "bad" + i;
      flood.add(threads.submit(() -> reviews.review(garbage)));
    }
    assertThat(reviews.review("quick")).isInstanceOf(Authentic.class);
    gate.countDown();
    for (Future<Review> answer : flood) {
      assertThat(answer.get()).isEqualTo(new Rejected("no"));
    }
  }

  @Test
  void fiveThousandAgentsAtOnceAllGetThroughWithOneReviewEach() throws Exception {
    List<Future<Review>> all = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      String token = "good" + i % 5_000;
      all.add(threads.submit(() -> reviews.review(token)));
    }
    for (Future<Review> answer : all) {
      assertThat(answer.get()).isInstanceOf(Authentic.class);
    }
    assertThat(asked).hasValue(5_000);
  }

  @Test
  void aTokenIsNoLongerGoodWhenItsTimeIsOver() throws Exception {
    assertThat(reviews.review("good")).isInstanceOf(Authentic.class);
    clock.set(end);
    assertThat(reviews.review("good")).isEqualTo(new Rejected("the token has expired"));
  }
}
