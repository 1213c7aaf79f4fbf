package io.iambridge.server.callers;

import static io.iambridge.server.callers.TestPods.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.cluster.Pod;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CallerSelectionTest {
  private static final String EARLY = "2026-11-22T06:00:00Z";
  private static final String LATE = "2026-11-22T06:00:01Z";

  private static List<String> select(TestPods... pods) {
    return CallerSelection.select(Arrays.stream(pods).map(TestPods::build).toList()).stream()
        .map(Pod::name)
        .sorted()
        .toList();
  }

  @Test
  void nobodyClaims() {
    assertThat(select()).isEmpty();
  }

  @Test
  void aSinglePodIsTheCallerEvenWhileItIsBeingDeleted() {
    assertThat(select(pod("a").deleting())).containsExactly("a");
  }

  @Test
  void aPodBeingDeletedLosesToOneThatStartedLater() {
    assertThat(select(pod("old").deleting().started(EARLY), pod("new").started(LATE)))
        .containsExactly("new");
  }

  /** It may still run, at an address whose holder has another by now and has not told it yet. */
  @Test
  void aPodBeingDeletedThatStartedLastCannotBeToldFromThoseThatStay() {
    assertThat(
            select(
                pod("a").deleting().started(LATE),
                pod("b").started(EARLY),
                pod("c").deleting().started(EARLY)))
        .containsExactly("a", "b");
  }

  @Test
  void equalStartsCannotBeToldApartByDeletion() {
    assertThat(select(pod("a").deleting().started(LATE), pod("b").started(LATE)))
        .containsExactly("a", "b");
  }

  @Test
  void ofThoseThatStayTheLastStartedWins() {
    assertThat(select(pod("a").started(EARLY), pod("b").started(LATE))).containsExactly("b");
  }

  @Test
  void ofThoseBeingDeletedTheLastStartedWins() {
    assertThat(select(pod("a").deleting().started(LATE), pod("b").deleting().started(EARLY)))
        .containsExactly("a");
  }

  @Test
  void aPodThatHasNotStartedLosesToOneThatHas() {
    assertThat(select(pod("a").notStarted(), pod("b").started(EARLY))).containsExactly("b");
  }

  @Test
  void equalStartsCannotBeToldApart() {
    assertThat(select(pod("a").started(LATE), pod("b").started(LATE), pod("c").started(EARLY)))
        .containsExactly("a", "b");
  }
}
