package io.iambridge.server.grpc;

import static io.iambridge.server.testing.ServerFixtures.apps;
import static io.iambridge.server.testing.ServerFixtures.podWithRole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Evidence;
import io.iambridge.proto.v1.Evidence.Outcome;
import io.iambridge.proto.v1.Evidence.Path;
import io.iambridge.proto.v1.Mechanism;
import io.iambridge.proto.v1.ReportEvidenceRequest;
import io.iambridge.proto.v1.ReportEvidenceResponse;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.evidence.Calls;
import io.iambridge.server.evidence.EvidenceConfig;
import io.iambridge.server.evidence.EvidenceKeeper;
import io.iambridge.server.evidence.EvidenceStoreException;
import io.iambridge.server.evidence.KnownPods;
import io.iambridge.server.evidence.WorkloadEvidence;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.testing.FakeEvidenceStore;
import io.iambridge.server.testing.ServerFixtures;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EvidenceAnswersTest {
  private static final String NODE = "node-1";

  private final FakeClock clock = new FakeClock();
  private final RoleResolver roles = new RoleResolver(ServerFixtures.BASE);
  private final CallerIndex callers =
      new CallerIndex(
          new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(roles, new SessionNames("kiam")),
          CallersListener.NOBODY);
  private final KnownPods pods = new KnownPods(callers, callers, clock);
  private final FakeEvidenceStore store = new FakeEvidenceStore();
  private final EvidenceKeeper keeper =
      new EvidenceKeeper(
          store, EvidenceConfig.DEFAULT, Runnable::run, clock, new Random(5), ServerMetrics.NOOP);
  private final List<String> refused = new ArrayList<>();
  private final EvidenceAnswers answers =
      new EvidenceAnswers(pods, refused::add, keeper, clock, ServerMetrics.NOOP);

  @BeforeEach
  void pods() {
    pods.namespaceChanged(apps(".*:role/app"));
    pods.podChanged(podWithRole("a", NODE, "10.0.0.1", "app"));
    pods.podChanged(podWithRole("b", "node-2", "10.0.0.2", "app"));
  }

  private Evidence.Builder seen(String pod) {
    return Evidence.newBuilder()
        .setPodUid(pod)
        .setPath(Path.IMDS_V2)
        .setOutcome(Outcome.SERVED)
        .setMechanism(Mechanism.ASSUME_ROLE)
        .setSdk("boto3")
        .setSdkVersion("1.26.27")
        .setCalls(3)
        .setLast(Timestamp.newBuilder().setSeconds(clock.instant().getEpochSecond()));
  }

  private CompletableFuture<ReportEvidenceResponse> report(String batch, Evidence.Builder... seen) {
    ReportEvidenceRequest.Builder request = ReportEvidenceRequest.newBuilder().setBatch(batch);
    for (Evidence.Builder one : seen) {
      request.addEvidence(one);
    }
    return answers.report(request.build(), NODE);
  }

  private void write() {
    clock.advance(Duration.ofMinutes(1));
    keeper.writeDue();
  }

  private List<WorkloadEvidence> kept() {
    List<WorkloadEvidence> kept = new ArrayList<>();
    store.list().values().forEach(status -> kept.addAll(status.workloads()));
    return kept;
  }

  private static Status status(CompletableFuture<?> answer) {
    return Status.fromThrowable(catchThrowable(answer::join));
  }

  @Test
  void whatTheServerKnowsOfThePodIsKeptWithWhatTheAgentSaw() {
    CompletableFuture<ReportEvidenceResponse> answer = report("aaaaaaaa-1", seen("a"));
    Instant called = clock.instant();
    assertThat(answer).isNotDone();
    write();
    assertThat(answer).isCompleted();
    assertThat(kept()).hasSize(1);
    WorkloadEvidence workload = kept().getFirst();
    assertThat(workload.kind() + "/" + workload.name()).isEqualTo("Pod/bare");
    assertThat(workload.serviceAccount()).isEqualTo("default");
    assertThat(workload.calls())
        .containsExactly(
            new Calls(
                ServerFixtures.BASE + "app",
                "kiam",
                "assume-role",
                /* fallback= */ false,
                "imds-v2",
                "served",
                "boto3",
                "1.26.27",
                List.of(),
                called.toString(),
                Map.of(called.toString().substring(0, 10), 3L)));
  }

  @Test
  void theLastCallsOfAPodThatHasJustGoneAreKept() {
    pods.podDeleted("a");
    var _ = report("aaaaaaaa-1", seen("a"));
    write();
    assertThat(kept()).hasSize(1);
    clock.advance(Duration.ofHours(1));
    CompletableFuture<ReportEvidenceResponse> answer =
        report("aaaaaaaa-2", seen("a").setSdk("curl"));
    assertThat(answer).as("nothing to be kept").isCompleted();
  }

  @Test
  void theModeIsTheOneInForceAndWhoeverFellBackWithoutATrySaysSo() {
    Namespace apps =
        new Namespace(
            "apps",
            "uid-apps",
            apps(".*:role/app").annotations(),
            Map.of(Mode.LABEL, Mode.IRSA.label()));
    pods.namespaceChanged(apps);
    pods.serviceAccountChanged(new ServiceAccount("apps", "default", Map.of()));
    var _ = report("aaaaaaaa-1", seen("a"));
    write();
    Calls calls = kept().getFirst().calls().getFirst();
    assertThat(calls.mode()).isEqualTo("irsa");
    assertThat(calls.mechanism()).isEqualTo("assume-role");
    assertThat(calls.fallback()).isTrue();
  }

  @Test
  void podsThatWereRefusedAreToldOf() {
    var _ = report("aaaaaaaa-1", seen("a"), seen("a").setOutcome(Outcome.REFUSED).setSdk("curl"));
    assertThat(refused).containsExactly("a");
    var _ = report("aaaaaaaa-2", seen("a").setOutcome(Outcome.REFUSED), seen("b"));
    assertThat(refused).as("of another node").containsExactly("a");
  }

  @Test
  void evidenceOfAnotherNodesPodIsRefused() {
    CompletableFuture<ReportEvidenceResponse> answer = report("aaaaaaaa-1", seen("a"), seen("b"));
    assertThat(status(answer).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(
            Objects.requireNonNull(Status.trailersFromThrowable(catchThrowable(answer::join)))
                .get(WireKeys.REASON))
        .isEqualTo("OTHER_NODE");
    write();
    assertThat(kept()).isEmpty();
  }

  @Test
  void whatIsNotAsInTheContractIsRefused() {
    List<UnaryOperator<Evidence.Builder>> wrong =
        List.of(
            seen -> seen.setPath(Path.PATH_UNSPECIFIED),
            seen -> seen.setPathValue(77),
            seen -> seen.setOutcome(Outcome.OUTCOME_UNSPECIFIED),
            seen -> seen.setMechanismValue(77),
            seen -> seen.setCalls(0),
            seen -> seen.setCalls(-1),
            seen -> seen.setCalls(2_000_000_000L),
            seen -> seen.setSdk("x".repeat(33)),
            seen -> seen.setSdkVersion("1.0\n"),
            seen -> seen.setLast(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)));
    for (UnaryOperator<Evidence.Builder> change : wrong) {
      Evidence.Builder seen = change.apply(seen("a"));
      assertThat(status(report("aaaaaaaa-1", seen)).getCode())
          .as(seen.toString())
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    for (String name :
        List.of("", "a-1", "aaaaaaaa", "aaaaaaaa-0", "aaaaaaaa-1x", "../../../a-1")) {
      assertThat(status(report(name, seen("a"))).getCode())
          .as(name)
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void aClockThatIsWrongByDaysMovesNothingOutOfTheDaysThatAreKept() {
    Instant now = clock.instant();
    var _ =
        report(
            "aaaaaaaa-1",
            seen("a").setSdk("past").setLast(Timestamp.newBuilder().setSeconds(0)),
            seen("a")
                .setSdk("future")
                .setLast(Timestamp.newBuilder().setSeconds(now.getEpochSecond() + 999_999)));
    write();
    assertThat(kept().getFirst().calls())
        .extracting(Calls::last)
        .containsExactly(now.toString(), now.minus(Duration.ofDays(7)).toString());
  }

  @Test
  void whileItCannotBeWrittenTheAgentIsToKeepIt() {
    CompletableFuture<ReportEvidenceResponse> waiting = report("aaaaaaaa-1", seen("a"));
    store.fail(new EvidenceStoreException("away", /* lasting= */ false));
    answers.drain();
    assertThat(status(waiting).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status(report("aaaaaaaa-2", seen("a"))).getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
  }
}
