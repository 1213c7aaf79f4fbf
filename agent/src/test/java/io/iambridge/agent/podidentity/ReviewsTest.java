package io.iambridge.agent.podidentity;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Entitlement;
import io.iambridge.agent.credentials.FetchResult;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.iambridge.proto.v1.Reason;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ReviewsTest {
  private static final Duration PATIENCE = Duration.ofMillis(900);
  private static final InetAddress POD = InetAddress.ofLiteral("10.0.0.1");
  private static final Token TOKEN = Token.of("a.b.c");
  private static final Review VERIFIED =
      new Review.Verified(
          new Known("uid", "apps", "pod", new Entitlement.NoRole()),
          Instant.EPOCH,
          /* hostNetwork= */ false);
  private static final Review REFUSED = new Review.Refused(Reason.TOKEN_INVALID, "no");

  private final ManualScheduler state = new ManualScheduler(new FakeClock());
  private final List<Consumer<Review>> asked = new ArrayList<>();
  private final List<Optional<Review>> answers = new ArrayList<>();
  private boolean broken;
  private final Reviews reviews =
      new Reviews(
          new FakeTokenServer(),
          state,
          new PrometheusAgentMetrics(new PrometheusRegistry(), "test"));

  private void review(Token token, InetAddress source) {
    reviews.review(token, source, PATIENCE, answers::add);
    state.runDue();
  }

  private void answer(Review review) {
    List<Consumer<Review>> waiting = List.copyOf(asked);
    asked.clear();
    waiting.forEach(answer -> answer.accept(review));
    state.runDue();
  }

  private static Token token(int number) {
    return Token.of("a.b." + number);
  }

  @Test
  void oneTokenFromOneAddressIsReviewedOnceAtATime() {
    review(TOKEN, POD);
    review(TOKEN, POD);
    assertThat(asked).hasSize(1);
    answer(VERIFIED);
    assertThat(answers).containsExactly(Optional.of(VERIFIED), Optional.of(VERIFIED));
    review(TOKEN, POD);
    assertThat(asked).hasSize(1);
  }

  @Test
  void fromAnotherAddressItIsAnotherQuestion() {
    review(TOKEN, POD);
    review(TOKEN, InetAddress.ofLiteral("10.0.0.2"));
    assertThat(asked).hasSize(2);
  }

  @Test
  void patienceEndsAndTheReviewDoesNot() {
    review(TOKEN, POD);
    state.advance(PATIENCE);
    assertThat(answers)
        .singleElement()
        .satisfies(answer -> assertThat(answer).get().isInstanceOf(Review.Failed.class));
    review(TOKEN, POD);
    assertThat(asked).hasSize(1);
    answer(VERIFIED);
    assertThat(answers).hasSize(2).last().isEqualTo(Optional.of(VERIFIED));
  }

  @Test
  void anAddressHasOnlySoManyAndOthersHaveTheirs() {
    for (int i = 0; i < Reviews.PLACES_PER_ADDRESS; i++) {
      review(token(i), POD);
    }
    assertThat(answers).isEmpty();
    review(TOKEN, POD);
    assertThat(answers).containsExactly(Optional.empty());
    review(TOKEN, InetAddress.ofLiteral("10.0.0.2"));
    assertThat(answers).hasSize(1);
    answer(VERIFIED);
    review(TOKEN, POD);
    assertThat(asked).hasSize(1);
  }

  @Test
  void aRefusedTokenKeepsItsPlaceForAWhile() {
    for (int i = 0; i < Reviews.PLACES_PER_ADDRESS; i++) {
      review(token(i), POD);
    }
    answer(REFUSED);
    answers.clear();
    review(TOKEN, POD);
    assertThat(answers).containsExactly(Optional.empty());
    state.advance(Reviews.REFUSED_KEEPS_PLACE);
    review(TOKEN, POD);
    assertThat(asked).hasSize(1);
  }

  @Test
  void aNodeHasOnlySoMany() {
    for (int i = 0; i < Reviews.PLACES; i++) {
      review(TOKEN, InetAddress.ofLiteral("10.0.%d.%d".formatted(i / 100, i % 100)));
    }
    assertThat(answers).isEmpty();
    review(TOKEN, InetAddress.ofLiteral("10.1.1.1"));
    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void aFaultInAskingIsAnAnswerToo() {
    broken = true;
    review(TOKEN, POD);
    assertThat(answers)
        .singleElement()
        .satisfies(answer -> assertThat(answer).get().isInstanceOf(Review.Failed.class));
  }

  @Test
  void noTokenPrintsItself() {
    Token token = Token.of("aaaa.bbbb.cccc");
    assertThat(token.toString()).isEqualTo("Token[14 characters]");
    assertThat(token.hash().toString()).doesNotContain("aaaa", "bbbb", "cccc");
    assertThat(new PodIdentityRequest.Asked(token).toString()).doesNotContain("bbbb");
  }

  private final class FakeTokenServer implements TokenServer {
    @Override
    public void review(Token token, InetAddress source, Consumer<Review> answer) {
      if (broken) {
        throw new IllegalStateException("broken");
      }
      asked.add(answer);
    }

    @Override
    public void fetch(
        String podUid,
        String session,
        Token token,
        Duration patience,
        Consumer<FetchResult> answer) {
      throw new AssertionError("nobody fetches");
    }
  }
}
