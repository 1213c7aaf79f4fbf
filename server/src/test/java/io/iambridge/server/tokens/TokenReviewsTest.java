package io.iambridge.server.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.tokens.Review.Authentic;
import io.iambridge.server.tokens.Review.Rejected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TokenReviewsTest {
  private final FakeClock clock = new FakeClock();
  private final List<String> asked = new ArrayList<>();
  private final List<Runnable> tasks = new ArrayList<>();
  private Duration tokenLife = Duration.ofHours(1);
  private boolean away;
  private final TokenReviews reviews = new TokenReviews(this::ask, tasks::add, clock);

  private Review ask(String token) throws ReviewException {
    asked.add(token);
    if (away) {
      throw new ReviewException("away");
    }
    return token.startsWith("good")
        ? new Authentic("uid", Optional.of("node-1"), clock.instant().plus(tokenLife))
        : new Rejected("no");
  }

  private Review review(String token) {
    CompletableFuture<Review> answer = reviews.review(token);
    runTasks();
    return answer.join();
  }

  private void runTasks() {
    List.copyOf(tasks).forEach(Runnable::run);
    tasks.clear();
  }

  @Test
  void allWhoAskWhileKubernetesIsAskedShareOneReview() {
    CompletableFuture<Review> first = reviews.review("good");
    CompletableFuture<Review> second = reviews.review("good");
    first.cancel(true);
    runTasks();
    assertThat(second.join()).isInstanceOf(Authentic.class);
    assertThat(asked).containsExactly("good");
  }

  @Test
  void anAuthenticTokenIsAskedAboutAgainAfterAMinute() {
    assertThat(review("good")).isInstanceOf(Authentic.class);
    clock.advance(TokenReviews.AUTHENTIC_KEPT.minusSeconds(1));
    assertThat(review("good")).isInstanceOf(Authentic.class);
    assertThat(asked).hasSize(1);
    clock.advance(Duration.ofSeconds(2));
    assertThat(review("good")).isInstanceOf(Authentic.class);
    assertThat(asked).hasSize(2);
  }

  @Test
  void noReviewOutlivesItsToken() {
    tokenLife = Duration.ofSeconds(10);
    assertThat(review("good")).isInstanceOf(Authentic.class);
    clock.advance(Duration.ofSeconds(10));
    tokenLife = Duration.ofSeconds(-1);
    assertThat(review("good")).isInstanceOf(Rejected.class);
    assertThat(asked).hasSize(2);
  }

  @Test
  void aRejectedTokenIsAskedAboutAgainAfterSeconds() {
    assertThat(review("bad")).isEqualTo(new Rejected("no"));
    assertThat(review("bad")).isEqualTo(new Rejected("no"));
    assertThat(asked).hasSize(1);
    clock.advance(TokenReviews.REJECTED_KEPT.plusSeconds(1));
    assertThat(review("bad")).isEqualTo(new Rejected("no"));
    assertThat(asked).hasSize(2);
  }

  @Test
  void aFailureIsNotRemembered() {
    away = true;
    CompletableFuture<Review> failed = reviews.review("good");
    runTasks();
    assertThatThrownBy(failed::join).hasCauseInstanceOf(ReviewException.class);
    away = false;
    assertThat(review("good")).isInstanceOf(Authentic.class);
  }

  @Test
  void aForgottenReviewIsMadeAgain() {
    assertThat(review("good")).isInstanceOf(Authentic.class);
    reviews.forget("good");
    assertThat(review("good")).isInstanceOf(Authentic.class);
    assertThat(asked).hasSize(2);
  }

  @Test
  void whatIsRememberedDoesNotShowTheToken() {
    assertThat(TokenHash.of("good").toString()).doesNotContain("good");
    assertThat(TokenHash.of("good")).isEqualTo(TokenHash.of("good"));
    assertThat(TokenHash.of("good")).isNotEqualTo(TokenHash.of("goo"));
  }
}
