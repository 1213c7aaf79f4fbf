package io.iambridge.server.evidence;

import static io.iambridge.server.callers.TestPods.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Workload;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.testing.FakeEvidenceStore;
import io.iambridge.server.testing.ServerFixtures;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OwnCallsTest {
  private final FakeClock clock = new FakeClock();
  private final FakeEvidenceStore store = new FakeEvidenceStore();
  private final RoleResolver roles = new RoleResolver(ServerFixtures.BASE);
  private final CallerIndex callers =
      new CallerIndex(
          new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(roles, new SessionNames("kiam")),
          CallersListener.NOBODY);
  private final EvidenceKeeper keeper =
      new EvidenceKeeper(
          store, EvidenceConfig.DEFAULT, Runnable::run, clock, new Random(3), ServerMetrics.NOOP);
  private final OwnCalls calls =
      new OwnCalls(
          new KnownPods(callers, callers, clock), keeper, clock, new Random(4), ServerMetrics.NOOP);

  /** The index knows the pod that calls. */
  private void known() {
    callers.namespaceChanged(new Namespace("demo", "uid-demo", Map.of(), Map.of()));
    callers.podChanged(pod("web").at("10.0.0.1").build());
  }

  private Credentials credentials() {
    return new Credentials(
        "ASIA1",
        "the-secret",
        "the-token",
        clock.instant(),
        clock.instant().plus(Duration.ofHours(1)),
        "request-1");
  }

  /** "outcome mechanism path calls" of all that is kept. */
  private List<String> kept() {
    return store.list().values().stream()
        .flatMap(status -> status.workloads().stream())
        .flatMap(workload -> workload.calls().stream())
        .map(one ->
            "%s %s %s %s"
                .formatted(one.outcome(), one.mechanism(), one.path(), one.perDay().values()))
        .sorted()
        .toList();
  }

  @Test
  void callsOfKnownPodsAreKeptOnceAndTogether() {
    known();
    calls.served("uid-web", credentials());
    calls.served("uid-web", credentials());
    calls.failed("uid-web", /* refused= */ true);
    calls.failed("uid-web", /* refused= */ false);
    calls.served("uid-of-nobody", credentials());
    calls.report();
    calls.report();
    clock.advance(Duration.ofSeconds(2));
    keeper.writeDue();

    assertThat(kept())
        .containsExactly(
            "refused  imds-v1 [1]", "served assume-role imds-v1 [2]", "unavailable  imds-v1 [1]");
  }

  @Test
  void whatTheKeeperDoesNotTakeComesWithTheNext() {
    known();
    store.gone("full");
    Report.Row row =
        new Report.Row(
            new Workload("Deployment", "x"),
            "sa",
            new Calls("", "", "", false, "", "", "", "", List.of(), "", Map.of()));
    var full =
        keeper.keep(
            BatchName.own("another", 1),
            Map.of("full", Collections.nCopies(EvidenceKeeper.MOST_ROWS, row)));
    calls.served("uid-web", credentials());
    calls.report();
    calls.served("uid-web", credentials());
    clock.advance(Duration.ofSeconds(2));
    keeper.writeDue();
    assertThat(full).isCompleted();
    assertThat(kept()).isEmpty();
    calls.report();
    clock.advance(Duration.ofMinutes(1));
    keeper.writeDue();

    assertThat(kept()).containsExactly("served assume-role imds-v1 [2]");
  }

  @Test
  void whatCameWhileABatchWasWrittenIsKeptWithTheNextOrAtTheEnd() {
    known();
    calls.served("uid-web", credentials());
    calls.report();
    calls.served("uid-web", credentials());
    calls.report();
    calls.served("uid-web", credentials());
    calls.close();
    keeper.drain();

    assertThat(kept()).containsExactly("served assume-role imds-v1 [3]");
  }
}
