package io.iambridge.agent.callers;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.callers.Caller.Ambiguous;
import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Confirmer.Answer;
import io.iambridge.agent.callers.Confirmer.Confirmed;
import io.iambridge.agent.callers.Confirmer.Failed;
import io.iambridge.agent.callers.Confirmer.Refused;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.callers.Entitlement.NoRole;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A caller whose peer changed is not served from memory until the server says who is there. */
class InDoubtTest {
  private static final InetAddress A = InetAddress.ofLiteral("10.0.0.1");
  private static final Duration WAIT = Duration.ofMillis(400);
  private static final Known P = known("p");
  private static final Known Q = known("q");

  private final Map<InetAddress, Long> stamps = new HashMap<>();
  private final Map<String, Consumer<Answer>> asked = new LinkedHashMap<>();
  private final List<Caller> answers = new ArrayList<>();
  private final FakeClock clock = new FakeClock();
  private final ManualScheduler state = new ManualScheduler(clock);
  private boolean settled = true;
  private int questions;

  private final Callers callers =
      new Callers(
          new BindingListener() {
            @Override
            public void bound(Binding binding, String podUid) {}

            @Override
            public void unbound(Binding binding, String podUid) {}
          },
          new Peers() {
            @Override
            public long stamp(InetAddress address) {
              return stamps.getOrDefault(address, 0L);
            }

            @Override
            public boolean settled() {
              return settled;
            }
          },
          (address, podUid, answer) -> {
            questions++;
            asked.put(address.getHostAddress() + " " + podUid, answer);
          },
          state,
          clock,
          new PrometheusAgentMetrics(new PrometheusRegistry(), "test"));

  private static Known known(String uid) {
    return new Known(uid, "ns", uid, new NoRole());
  }

  private void change(InetAddress address) {
    stamps.merge(address, 1L, Long::sum);
  }

  private void park(InetAddress address) {
    assertThat(callers.await(address, WAIT, answers::add)).isTrue();
    state.runDue();
  }

  private void answer(String question, Answer answer) {
    Objects.requireNonNull(asked.remove(question), question).accept(answer);
    state.runDue();
  }

  @Test
  void callerWhoseFirstPeerIsSeenAfterTheNewsIsServed() {
    callers.put(A, P);
    assertThat(callers.find(A)).isEqualTo(P);
  }

  @Test
  void callerWhosePeerChangedIsInDoubtAndAskedAboutWhenItAsks() {
    callers.put(A, P);
    change(A);
    assertThat(callers.find(A)).isEqualTo(Caller.IN_DOUBT);
    assertThat(asked).isEmpty();
    park(A);
    assertThat(asked).containsOnlyKeys("10.0.0.1 p");
    answer("10.0.0.1 p", new Confirmed());
    assertThat(answers).containsExactly(P);
    assertThat(callers.find(A)).isEqualTo(P);
    state.advance(Confirmations.HOLD);
    assertThat(callers.find(A)).isEqualTo(P);
    assertThat(state.pending()).isZero();
  }

  @Test
  void onlyOneQuestionIsUnderWayForAnAddress() {
    callers.put(A, P);
    change(A);
    park(A);
    park(A);
    assertThat(questions).isOne();
    answer("10.0.0.1 p", new Confirmed());
    assertThat(answers).containsExactly(P, P);
  }

  @Test
  void callerThatIsNotConfirmedIsRefusedInTimeAndAskedAboutAgainAfterAPause() {
    callers.put(A, P);
    change(A);
    park(A);
    answer("10.0.0.1 p", new Refused("gone"));
    assertThat(asked).isEmpty();
    state.advance(Confirmations.PAUSE);
    assertThat(asked).containsOnlyKeys("10.0.0.1 p");
    answer("10.0.0.1 p", new Failed("no answer"));
    state.advance(WAIT.minus(Confirmations.PAUSE));
    assertThat(answers).containsExactly(Caller.IN_DOUBT);
    state.advance(Confirmations.PAUSE);
    assertThat(asked).as("nobody waits any more").isEmpty();
    assertThat(state.pending()).isZero();
  }

  @Test
  void newsOfAnotherPodEndTheDoubt() {
    callers.put(A, P);
    change(A);
    park(A);
    callers.put(A, Q);
    assertThat(answers).containsExactly(Q);
    answer("10.0.0.1 p", new Confirmed());
    assertThat(callers.find(A)).as("a late answer is about another pod").isEqualTo(Q);
    change(A);
    assertThat(callers.find(A)).isEqualTo(Caller.IN_DOUBT);
  }

  @Test
  void newsOfTheSamePodDoNotEndTheDoubt() {
    callers.put(A, P);
    change(A);
    park(A);
    callers.put(A, new Known("p", "ns", "p", new Binding("arn:aws:iam::1:role/r", "s")));
    callers.replaceAll(Map.of(A, P));
    assertThat(callers.find(A)).isEqualTo(Caller.IN_DOUBT);
    assertThat(answers).isEmpty();
  }

  @Test
  void podThatWasAwayForAMomentIsMeasuredByThePeerItHad() {
    callers.put(A, P);
    change(A);
    callers.put(A, Caller.UNKNOWN);
    callers.put(A, P);
    assertThat(callers.find(A)).isEqualTo(Caller.IN_DOUBT);
    callers.put(A, new Ambiguous(List.of("ns/p", "ns/q")));
    assertThat(callers.find(A)).isInstanceOf(Ambiguous.class);
    callers.put(A, P);
    assertThat(callers.find(A)).isEqualTo(Caller.IN_DOUBT);
  }

  @Test
  void changeWhileTheServerLooksIsNotConfirmedByWhatItSeesForLongerThanASecond() {
    callers.put(A, P);
    change(A);
    park(A);
    state.advance(Duration.ofMillis(100));
    change(A);
    answer("10.0.0.1 p", new Confirmed());
    assertThat(answers).containsExactly(P);
    state.advance(Confirmations.HOLD.minusMillis(101));
    assertThat(callers.find(A)).isEqualTo(P);
    state.advance(Duration.ofMillis(1));
    assertThat(callers.find(A)).as("a second after the question").isEqualTo(Caller.IN_DOUBT);
    park(A);
    assertThat(asked).as("so it is asked again").containsOnlyKeys("10.0.0.1 p");
    answer("10.0.0.1 p", new Confirmed());
    assertThat(answers).containsExactly(P, P);
  }

  /** A pod that may send what it likes can forge hundreds of signs a second for its victim. */
  @Test
  void callerWhosePeerSeemsToChangeAllTheTimeIsServedWithAQuestionASecond() {
    callers.put(A, P);
    for (int millis = 0; millis < 10_000; millis += 5) {
      change(A);
      if (callers.find(A).equals(Caller.IN_DOUBT)) {
        park(A);
      }
      state.advance(Duration.ofMillis(5));
      if (!asked.isEmpty()) {
        answer("10.0.0.1 p", new Confirmed());
      }
    }
    assertThat(answers).hasSizeLessThanOrEqualTo(10).containsOnly(P);
    assertThat(questions).isLessThanOrEqualTo(10);
  }

  @Test
  void confirmationThatComesTooLateHoldsForNothingElseAndIsAskedForAgainAfterAPause() {
    callers.put(A, P);
    change(A);
    park(A);
    state.advance(Confirmations.HOLD);
    change(A);
    park(A);
    answer("10.0.0.1 p", new Confirmed());
    assertThat(callers.find(A)).isEqualTo(Caller.IN_DOUBT);
    assertThat(asked).isEmpty();
    state.advance(Confirmations.PAUSE);
    answer("10.0.0.1 p", new Confirmed());
    assertThat(answers).containsExactly(Caller.IN_DOUBT, P);
  }

  @Test
  void confirmationHoldsForItsPodAlone() {
    callers.put(A, P);
    change(A);
    park(A);
    answer("10.0.0.1 p", new Confirmed());
    callers.put(A, Q);
    change(A);
    assertThat(callers.find(A)).isEqualTo(Caller.IN_DOUBT);
    callers.put(A, Caller.UNKNOWN);
    assertThat(callers.find(A)).isEqualTo(Caller.UNKNOWN);
  }

  @Test
  void whileSignsMayBeMissedNobodyIsServedAndNobodyIsAskedAbout() {
    callers.put(A, P);
    settled = false;
    assertThat(callers.find(A)).isEqualTo(Caller.IN_DOUBT);
    park(A);
    assertThat(asked).isEmpty();
    settled = true;
    callers.peersSettled();
    assertThat(answers).containsExactly(P);
  }

  @Test
  void changeThatWasMissedIsAskedAboutAfterwards() {
    callers.put(A, P);
    settled = false;
    park(A);
    change(A);
    settled = true;
    callers.peersSettled();
    assertThat(answers).isEmpty();
    answer("10.0.0.1 p", new Confirmed());
    assertThat(answers).containsExactly(P);
  }

  @Test
  void fewQuestionsAreUnderWayAtOnceAndEveryoneHasItsTurn() {
    int count = 3 * Confirmations.MOST_AT_ONCE;
    for (int i = 0; i < count; i++) {
      InetAddress address = InetAddress.ofLiteral("10.0.1." + i);
      callers.put(address, known("p" + i));
      change(address);
      park(address);
      assertThat(asked).hasSizeLessThanOrEqualTo(Confirmations.MOST_AT_ONCE);
    }
    for (int i = 0; i < count; i++) {
      answer(asked.keySet().iterator().next(), new Confirmed());
      assertThat(asked).hasSizeLessThanOrEqualTo(Confirmations.MOST_AT_ONCE);
    }
    assertThat(answers).hasSize(count);
    assertThat(questions).isEqualTo(count);
  }
}
