package io.iambridge.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/** What has to be true of every fault. */
final class Verdict {
  /** A functional bound, not a measure: backoffs are ten seconds at most. */
  private static final Duration SOON = Duration.ofSeconds(45);

  private static final Duration RENEWED_AFTER = Duration.ofSeconds(28);

  private Verdict() {}

  static void check(Result result) {
    String name = result.fault().name();
    assertThat(result.cached().troubles()).as("%s: cached callers", name).isEmpty();
    assertThat(result.cached().requests()).as("%s: cached callers asked", name).isPositive();
    checkNewcomers(result, name);
    assertThat(result.after().mostOfOneSession())
        .as("%s: STS calls for one session when it is over", name)
        .isLessThanOrEqualTo(mostOfOneSession(result));
    assertThat(result.after().mostInOneSecond())
        .as("%s: STS calls in one second when it is over", name)
        .isLessThanOrEqualTo(mostInOneSecond(result));
  }

  /** One; and one more for each half of a minute's life, where it took so long. */
  private static int mostOfOneSession(Result result) {
    return 1 + (int) result.watched().dividedBy(RENEWED_AFTER);
  }

  /**
   * One for each session at most. Sessions that live for a minute have so little left that spread
   * means a few seconds here; whoever has a quarter of an hour's is held to more by its own test.
   */
  private static int mostInOneSecond(Result result) {
    int all = result.sessions() + result.newcomers();
    return result.fault().agentRestarts() ? all : all * 3 / 4;
  }

  private static void checkNewcomers(Result result, String name) {
    assertThat(result.servedAfter())
        .as("%s: the last newcomer is served; told %s", name, result.told())
        .hasValueSatisfying(after -> assertThat(after).isLessThan(SOON));
    assertThat(result.told().keySet())
        .as("%s: what newcomers are told", name)
        .allMatch(text -> text.startsWith(result.fault().refusal() + " "))
        .noneMatch(text -> text.contains(" without "));
    switch (result.fault().newcomers()) {
      case SERVED_DURING ->
          assertThat(result.servedDuring())
              .as("%s: newcomers served; told %s", name, result.told())
              .isEqualTo(result.newcomers());
      case TOLD_503_UNTIL_THE_END, TOLD_403_UNTIL_THE_END -> {
        assertThat(result.servedDuring()).as("%s: newcomers served", name).isZero();
        assertThat(result.told()).as("%s: what newcomers are told", name).isNotEmpty();
      }
      case EITHER -> {}
    }
  }
}
