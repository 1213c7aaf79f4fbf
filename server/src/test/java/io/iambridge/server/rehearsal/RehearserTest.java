package io.iambridge.server.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.cluster.Workload;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.PodAccount;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.modes.Target;
import io.iambridge.server.rehearsal.Trial.How;
import io.iambridge.server.roles.RoleArn;
import io.iambridge.server.targets.Finding;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class RehearserTest {
  private static final Duration INTERVAL = Duration.ofMinutes(15);

  private final FakeClock clock = new FakeClock();
  private final Map<String, List<Trial>> wanted = new ConcurrentHashMap<>();
  private final List<String> made = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private Finding finding = Finding.READY;
  private Rehearser rehearser = rehearser(/* rate= */ 1000);

  private Rehearser rehearser(double rate) {
    return new Rehearser(
        () -> Set.copyOf(wanted.keySet()),
        namespace -> wanted.getOrDefault(namespace, List.of()),
        trial -> {
          made.add(trial.serviceAccount());
          return new Rehearsed(trial, Optional.of(finding), "", "", clock.instant());
        },
        new RehearsalSettings(INTERVAL, rate),
        tasks::add,
        clock,
        new Random(1),
        told::add);
  }

  private static Trial trial(String account, String pod) {
    RoleArn role = RoleArn.parse("arn:aws:iam::123456789012:role/" + account);
    Session session =
        new Session(
            role,
            "name",
            Optional.empty(),
            Map.of(),
            new Mechanism.WebIdentity(
                new PodAccount("shop", pod, "uid-" + pod, account),
                "sts.amazonaws.com",
                Optional.empty(),
                Optional.empty()));
    return with(account, new How.Attempt(session));
  }

  private static Trial with(String account, How how) {
    return new Trial(
        "shop",
        account,
        "arn:aws:iam::123456789012:role/" + account,
        Target.IRSA,
        "sts.amazonaws.com",
        List.of(new Workload("Deployment", account)),
        how);
  }

  private void lead(Trial... trials) {
    wanted.put("shop", List.of(trials));
    rehearser.lead(true);
    pass(Duration.ofSeconds(1));
  }

  private void change(Trial... trials) {
    wanted.put("shop", List.of(trials));
    rehearser.changed("shop");
    pass(Duration.ofSeconds(1));
  }

  private void pass(Duration time) {
    clock.advance(time);
    rehearser.tick();
    runTasks();
  }

  private void runTasks() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void onlyTheLeaderTries() {
    wanted.put("shop", List.of(trial("app", "p")));
    rehearser.changed("shop");
    pass(Duration.ofSeconds(5));
    assertThat(made).isEmpty();

    lead(trial("app", "p"));
    assertThat(made).containsExactly("app");
    assertThat(rehearser.isSettled("shop")).isTrue();
    assertThat(rehearser.results("shop")).singleElement().matches(Rehearsed::isReady);
  }

  @Test
  void itIsTriedAgainAtAboutTheInterval() {
    lead(trial("app", "p"));
    pass(INTERVAL.multipliedBy(89).dividedBy(100));
    assertThat(made).hasSize(1);
    pass(INTERVAL.multipliedBy(22).dividedBy(100));
    assertThat(made).hasSize(2);
  }

  @Test
  void anotherPodOfTheSameIsNoNewsAndAnotherWayIsTriedAtOnce() {
    lead(trial("app", "p"));
    change(trial("app", "q"));
    assertThat(made).hasSize(1);

    change(with("app", new How.Known(Finding.NO_SERVICE_ACCOUNT, "gone")));
    assertThat(made).hasSize(2);
  }

  @Test
  void aCronJobsResultStaysWhileItHasNoPod() {
    lead(trial("app", "p"));
    change(with("app", new How.Impossible("no pod")));
    assertThat(rehearser.results("shop")).singleElement().matches(Rehearsed::isReady);
    assertThat(made).hasSize(1);
  }

  /** Evidence is read later than its pod is gone, and Kubernetes tells of nothing then. */
  @Test
  void aWorkloadThatOnlyEvidenceTellsOfIsKnownWithinMinutes() {
    lead();
    wanted.put("shop", List.of(with("nightly", new How.Impossible("no pod"))));
    pass(RehearsalSettings.SWEEP.minusSeconds(2));
    assertThat(rehearser.results("shop")).isEmpty();

    pass(Duration.ofSeconds(2));
    pass(RehearsalSettings.DEBOUNCE);
    assertThat(rehearser.results("shop"))
        .singleElement()
        .matches(one -> one.trial().serviceAccount().equals("nightly"));
  }

  @Test
  void whatIsLeftOutIsNotWhatItWasFoundToBeBefore() {
    lead(trial("app", "p"));
    change(with("app", new How.LeftOut("too many")));
    assertThat(made).hasSize(2);
    pass(INTERVAL.multipliedBy(3));
    assertThat(made).hasSize(2);
  }

  @Test
  void changesAreGathered() {
    lead(trial("app", "p"));
    told.clear();
    for (int i = 0; i < 100; i++) {
      rehearser.changed("shop");
    }
    pass(Duration.ofMillis(500));
    assertThat(told).isEmpty();
    pass(Duration.ofMillis(500));
    assertThat(told).containsExactly("shop");
  }

  @Test
  void noMoreThanTheRateAreMadeInASecond() {
    rehearser = rehearser(/* rate= */ 2);
    Trial[] trials = new Trial[20];
    for (int i = 0; i < trials.length; i++) {
      trials[i] = trial("app" + i, "p");
    }
    lead(trials);
    int before = made.size();
    assertThat(before).isLessThanOrEqualTo(2);
    for (int second = 1; second <= 5; second++) {
      pass(Duration.ofSeconds(1));
    }
    assertThat(made).hasSize(before + 10);
  }

  @Test
  void fourAreUnderWayAndNoMore() {
    wanted.put(
        "shop",
        List.of(
            trial("a", "p"), trial("b", "p"), trial("c", "p"), trial("d", "p"), trial("e", "p")));
    rehearser.lead(true);
    clock.advance(Duration.ofSeconds(1));
    rehearser.tick();
    rehearser.tick();
    assertThat(tasks).hasSize(4);
    runTasks();
    rehearser.tick();
    assertThat(tasks).hasSize(1);
  }

  @Test
  void whileAwsThrottlesAllRestAndWhatWasKnownStays() {
    lead(trial("app", "p"));
    finding = Finding.THROTTLED;
    change(trial("app", "p"), trial("other", "p"));
    assertThat(made).hasSize(2);

    pass(Duration.ofSeconds(9));
    assertThat(made).hasSize(2);
    pass(Duration.ofSeconds(1));
    assertThat(made).hasSize(3);
    pass(Duration.ofSeconds(10));
    assertThat(made).hasSize(3);

    finding = Finding.READY;
    pass(Duration.ofSeconds(10));
    assertThat(rehearser.results("shop")).allMatch(Rehearsed::isReady);
  }

  @Test
  void whatIsGoneIsForgotten() {
    lead(trial("app", "p"));
    change();
    assertThat(rehearser.results("shop")).isEmpty();
    assertThat(rehearser.counts().get(Finding.READY)).isZero();
  }

  @Test
  void itEndsQuietlyWhenNothingIsRunAnyMore() {
    Rehearser ending =
        new Rehearser(
            () -> Set.of("shop"),
            namespace -> List.of(trial("app", "p")),
            trial -> new Rehearsed(trial, Optional.of(finding), "", "", clock.instant()),
            new RehearsalSettings(INTERVAL, /* rate= */ 1000),
            task -> {
              throw new RejectedExecutionException("closed");
            },
            clock,
            new Random(1),
            told::add);
    ending.lead(true);
    clock.advance(Duration.ofSeconds(1));
    assertThatCode(ending::tick).doesNotThrowAnyException();
    assertThat(ending.isSettled("shop")).isFalse();
  }
}
