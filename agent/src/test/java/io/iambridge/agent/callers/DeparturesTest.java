package io.iambridge.agent.callers;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.callers.Caller.Ambiguous;
import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.callers.Entitlement.NoRole;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that lags behind the one before it gives nobody another pod's address. */
class DeparturesTest {
  private static final InetAddress X = InetAddress.ofLiteral("10.0.0.1");

  private final FakeClock clock = new FakeClock();
  private final ManualScheduler state = new ManualScheduler(clock);
  private final Callers callers =
      new Callers(
          new BindingListener() {
            @Override
            public void bound(Binding binding, String podUid) {}

            @Override
            public void unbound(Binding binding, String podUid) {}
          },
          state,
          clock,
          new PrometheusAgentMetrics(new PrometheusRegistry(), "test"));

  /**
   * Words of a history: {@code [x=P y=Q]} is the snapshot of a new stream, {@code x=P} a change,
   * {@code x=-} nobody, {@code x=?} ambiguous, {@code +59} seconds that pass.
   */
  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      quoteCharacter = '"',
      value = {
        // Nothing special.
        "[x=P],                                P",
        "[x=P] x=-,                            -",
        "[x=P] x=Q,                            Q",
        "[x=P] [x=P],                          P",
        // The next server lags: it has not heard that the pod left.
        "[x=P] x=- [x=P],                      -",
        "[x=P] x=- +59 [x=P],                  -",
        "[x=P] x=- [] x=P,                     -",
        "[x=P] x=- [] x=P +60,                 P",
        "[x=P] [] [x=P],                       -",
        "[x=P] x=- [x=P] x=-,                  -",
        "[x=P] x=- [x=P] x=Q,                  Q",
        "[x=P] x=- [x=P] x=- +3000,            -",
        // It was so far behind that the pod comes to it as news.
        "[x=P] +60 x=- [x=O],                  O",
        "[x=P] +60 x=- [x=O] x=-,              -",
        // The address has a new owner: seconds do not help.
        "[x=P] x=Q [x=P],                      -",
        "[x=P] x=Q [x=P] +61,                  -",
        "[x=P] x=Q [x=P] +3500,                -",
        "[x=P] x=Q [x=P] x=Q,                  Q",
        "[x=P] x=Q [x=P] x=- x=Q,              Q",
        "[x=P] x=- x=Q [x=P],                  -",
        "[x=P] x=- x=Q x=- [x=P] +61,          -",
        "[x=P] +60 [x=Q] [x=P] +61,            -",
        "[x=P] x=Q x=R [x=Q] +61,              -",
        "[x=P] x=Q x=R [x=P] +61,              -",
        // Somebody never seen there may be a predecessor, for as long as a server may lag.
        "[x=P] [x=O],                          -",
        "[x=P] [x=O] +59,                      -",
        "[x=P] [x=O] +60,                      O",
        "[x=P] +30 [x=O] +30,                  O",
        "[x=P] +60 [x=O],                      O",
        "[x=P] x=- [x=O],                      -",
        "[] x=P [] x=O,                        -",
        "[x=P] [x=O] x=P,                      P",
        "[x=P] [x=O] [x=P] +60,                P",
        "[x=P] [x=P] x=O,                      O",
        "[x=P] x=O [x=O] x=R,                  R",
        // Two lagging servers in a row.
        "[x=P] x=- [x=P] [x=P],                -",
        "[x=P] x=- [x=P] [],                   -",
        // The pod is really back: the stream that told of its leaving tells of its return.
        "[x=P] x=- x=P,                        P",
        "[x=P] x=? x=P,                        P",
        "[x=P] x=Q x=P,                        P",
        "[x=P] [] x=P,                         P",
        "[x=P] x=Q [x=Q] x=- x=P,              P",
        "[x=P] x=- [x=P] x=- x=P,              P",
        "[x=P] x=- x=P [x=P],                  P",
        // The return was heard of by a new stream only: it is believed when the lag is over.
        "[x=P] x=- +60 [x=P],                  P",
        "[x=P] x=- +30 [x=P] +29,              -",
        "[x=P] x=- +30 [x=P] +30,              P",
        "[x=P] x=- +30 [x=P] x=p +29,          -",
        "[x=P] x=- +30 [x=P] x=p +30,          p",
        "[x=P] x=? [x=P],                      -",
        "[x=P] x=? [x=P] +60,                  P",
        "[x=P] x=? +60 [x=P],                  P",
        // A move is no return.
        "[y=P] y=- x=P,                        P",
        "[y=P] y=- [x=P],                      P",
        "[y=P x=P] y=- [x=P],                  P",
        "[x=P] x=- y=P [x=P],                  -",
        // An hour later everything is forgotten.
        "[x=P] x=Q +3600 [x=P],                P",
      })
  void historiesEndWithThisCallerAtX(String history, String caller) {
    Map<InetAddress, Caller> snapshot = null;
    for (String word : history.split(" ", -1)) {
      boolean ends = word.endsWith("]");
      String bare = word.replaceAll("[\\[\\]]", "");
      if (word.startsWith("[")) {
        snapshot = new HashMap<>();
      }
      if (bare.startsWith("+")) {
        state.advance(Duration.ofSeconds(Integer.parseInt(bare.substring(1))));
      } else if (!bare.isEmpty()) {
        InetAddress address = bare.startsWith("x") ? X : InetAddress.ofLiteral("10.0.0.2");
        Caller told = caller(bare.substring(2));
        if (snapshot != null) {
          snapshot.put(address, told);
        } else {
          callers.put(address, told);
        }
      }
      if (ends && snapshot != null) {
        callers.replaceAll(snapshot);
        snapshot = null;
      }
    }
    assertThat(callers.find(X)).isEqualTo(caller(caller));
  }

  private static Caller caller(String word) {
    return switch (word) {
      case "-" -> Caller.UNKNOWN;
      case "?" -> new Ambiguous(List.of("ns/a", "ns/b"));
      // The same pod, entitled to something else.
      case "p" -> new Known("P", "ns", "P", new NoRole());
      default -> new Known(word, "ns", word, new Binding("arn:aws:iam::1:role/r", "s-" + word));
    };
  }

  @Test
  void heldBackPodLetsParkedRequestsWait() {
    callers.put(X, caller("P"));
    callers.put(X, Caller.UNKNOWN);
    callers.replaceAll(Map.of(X, caller("P")));
    Map<String, Caller> answers = new HashMap<>();
    callers.await(X, Duration.ofMillis(400), found -> answers.put("request", found));
    state.runDue();
    callers.put(X, caller("Q"));
    assertThat(answers).containsEntry("request", caller("Q"));
  }

  @Test
  void memoryIsBoundedOldestOut() {
    Departures departures = new Departures(clock);
    for (int i = 0; i <= Departures.MOST; i++) {
      departures.left(X, "pod-" + i, /* stream= */ 1);
    }
    assertThat(departures.size()).isEqualTo(Departures.MOST);
    assertThat(departures.distrust(X, "pod-0", /* stream= */ 2)).isZero();
    assertThat(departures.distrust(X, "pod-1", /* stream= */ 2)).isEqualTo(Departures.LAG);
  }

  @Test
  void memoryIsTimed() {
    Departures departures = new Departures(clock);
    departures.left(X, "old", /* stream= */ 1);
    clock.advance(Departures.MEMORY);
    departures.left(X, "new", /* stream= */ 1);
    assertThat(departures.size()).isEqualTo(1);
  }

  @Test
  void clockThatIsSetBackMakesNothingLonger() {
    Departures departures = new Departures(clock);
    departures.left(X, "P", /* stream= */ 1);
    clock.set(clock.instant().minus(Duration.ofDays(1)));
    assertThat(departures.distrust(X, "P", /* stream= */ 2)).isEqualTo(Departures.LAG);
  }
}
