package io.iambridge.server;

import static io.iambridge.server.testing.ServerFixtures.podWithRole;
import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.bindings.Entitlement.Culprit;
import io.iambridge.server.bindings.Entitlement.Denial;
import io.iambridge.server.callers.PodBinding;
import io.iambridge.server.cluster.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StandingDenialsTest {
  private static final Denial DENIAL = new Denial(Reason.ROLE_NOT_PERMITTED, "no", Culprit.POD);
  private static final Duration LONGEST = StandingDenials.PAUSE.plus(StandingDenials.SPREAD);

  private final FakeClock clock = new FakeClock();
  private final StandingDenials standing = new StandingDenials(clock, new Random(1));
  private final Map<String, PodBinding> index = new HashMap<>();
  private final List<String> told = new ArrayList<>();

  @Test
  void aPodThatIsStillRefusedIsToldBeforeItsEventIsDropped() {
    refused("u1");
    assertThat(LONGEST).isLessThan(Duration.ofHours(1));
    repeat();
    assertThat(told).as("not at once").isEmpty();
    clock.advance(LONGEST);
    repeat();
    repeat();
    assertThat(told).containsExactly("u1");
    clock.advance(LONGEST);
    repeat();
    assertThat(told).containsExactly("u1", "u1");
  }

  @Test
  void aPodThatIsGoneOrPermittedIsForgotten() {
    refused("gone");
    Pod permitted = refused("permitted");
    Pod noted = refused("noted");
    index.remove("gone");
    index.put("permitted", new PodBinding(permitted, new Entitlement.NoRole()));
    standing.remove(noted);
    clock.advance(LONGEST);
    repeat();
    assertThat(told).isEmpty();
    assertThat(standing.size()).isZero();
  }

  @Test
  void noMoreThanABoundIsRemembered() {
    for (int i = 0; i < 12_000; i++) {
      refused("u" + i);
    }
    assertThat(standing.size()).isEqualTo(10_000);
  }

  private Pod refused(String uid) {
    Pod pod = podWithRole(uid, "node-1", "10.0.0.1", "app");
    index.put(uid, new PodBinding(pod, DENIAL));
    standing.add(pod);
    return pod;
  }

  private void repeat() {
    standing.repeat(
        uid -> Optional.ofNullable(index.get(uid)), (pod, denial) -> told.add(pod.uid()));
  }
}
