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
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CallersTest {
  private static final InetAddress A = InetAddress.ofLiteral("10.0.0.1");
  private static final InetAddress B = InetAddress.ofLiteral("fd00::1");
  private static final Duration WAIT = Duration.ofMillis(400);

  private final List<String> bindings = new ArrayList<>();
  private final List<Caller> answers = new ArrayList<>();
  private final FakeClock clock = new FakeClock();
  private final ManualScheduler state = new ManualScheduler(clock);
  private final Callers callers =
      new Callers(
          new BindingListener() {
            @Override
            public void bound(Binding binding, String podUid) {
              bindings.add("+" + binding.session() + "/" + podUid);
            }

            @Override
            public void unbound(Binding binding, String podUid) {
              bindings.add("-" + binding.session() + "/" + podUid);
            }
          },
          state,
          clock,
          new PrometheusAgentMetrics(new PrometheusRegistry(), "test"));

  private static Known bound(String uid, String session) {
    return new Known(uid, "ns", uid, new Binding("arn:aws:iam::1:role/r", session));
  }

  @Test
  void addressesAreFoundInEverySpelling() throws UnknownHostException {
    callers.put(A, bound("p", "s"));
    callers.put(B, bound("q", "s"));
    byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 1};
    assertThat(callers.find(Inet6Address.getByAddress(null, mapped, -1)))
        .isEqualTo(bound("p", "s"));
    assertThat(callers.find(InetAddress.ofLiteral("fd00:0:0::0001"))).isEqualTo(bound("q", "s"));
    assertThat(callers.find(InetAddress.ofLiteral("10.0.0.2"))).isEqualTo(Caller.UNKNOWN);
  }

  @Test
  void listenerHearsOfEachBindingOnceAndOfTheNewBeforeTheOld() {
    callers.put(A, bound("p", "s1"));
    callers.put(A, bound("p", "s1"));
    callers.put(A, bound("p", "s2"));
    callers.put(A, new Known("p", "ns", "p", new NoRole()));
    callers.put(A, Caller.UNKNOWN);
    assertThat(bindings).containsExactly("+s1/p", "+s2/p", "-s1/p", "-s2/p");
  }

  @Test
  void snapshotReplacesEverything() {
    callers.put(A, bound("p", "s1"));
    callers.replaceAll(Map.of(B, bound("q", "s1")));
    assertThat(callers.find(A)).isEqualTo(Caller.UNKNOWN);
    assertThat(callers.find(B)).isEqualTo(bound("q", "s1"));
    assertThat(bindings).containsExactly("+s1/p", "+s1/q", "-s1/p");
  }

  private boolean park(InetAddress address) {
    return callers.await(address, WAIT, answers::add);
  }

  @Test
  void parkedRequestIsAnsweredWhenItsCallerComes() {
    assertThat(park(A)).isTrue();
    state.advance(WAIT.dividedBy(2));
    assertThat(answers).isEmpty();
    callers.put(B, bound("q", "s"));
    callers.put(A, new Ambiguous(List.of("ns/x", "ns/y")));
    assertThat(answers).containsExactly(new Ambiguous(List.of("ns/x", "ns/y")));
    assertThat(state.pending()).isZero();
  }

  @Test
  void parkedRequestIsAnsweredWhenPatienceEnds() {
    park(A);
    state.advance(WAIT);
    assertThat(answers).containsExactly(Caller.UNKNOWN);
    callers.put(A, bound("p", "s"));
    assertThat(answers).hasSize(1);
  }

  @Test
  void callerThatCameWhileTheRequestHoppedIsNotMissed() {
    park(A);
    callers.put(A, bound("p", "s"));
    state.runDue();
    assertThat(answers).containsExactly(bound("p", "s"));
  }

  @Test
  void parkingPlacesAreBoundedAndGivenBack() {
    for (int i = 0; i < Parking.PLACES; i++) {
      assertThat(park(InetAddress.ofLiteral("10.1." + i / 256 + "." + i % 256))).isTrue();
    }
    assertThat(park(B)).isFalse();
    state.advance(WAIT);
    assertThat(answers).hasSize(Parking.PLACES);
    assertThat(park(B)).isTrue();
  }

  @Test
  void oneAddressCannotTakeEveryParkingPlace() throws UnknownHostException {
    for (int i = 0; i < Parking.PLACES_PER_ADDRESS; i++) {
      assertThat(park(A)).isTrue();
    }
    byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 1};
    assertThat(park(A)).isFalse();
    assertThat(park(Inet6Address.getByAddress(null, mapped, -1))).isFalse();
    assertThat(park(B)).isTrue();
    state.advance(WAIT);
    assertThat(park(A)).isTrue();
  }

  @Test
  void callbackThatThrowsCostsNobodyElseAnything() {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < Parking.PLACES_PER_ADDRESS; i++) {
        assertThat(
                callers.await(
                    A,
                    WAIT,
                    found -> {
                      answers.add(found);
                      throw new IllegalStateException("a defect");
                    }))
            .isTrue();
      }
      state.runDue();
      callers.put(A, bound("p", "s"));
      assertThat(answers).hasSize((round + 1) * Parking.PLACES_PER_ADDRESS);
      callers.put(A, Caller.UNKNOWN);
    }
  }
}
