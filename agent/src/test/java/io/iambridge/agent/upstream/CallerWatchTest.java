package io.iambridge.agent.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.iambridge.agent.callers.BindingListener;
import io.iambridge.agent.callers.Caller;
import io.iambridge.agent.callers.Caller.Ambiguous;
import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Callers;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.credentials.FetchResult;
import io.iambridge.agent.credentials.FetchResult.Failed;
import io.iambridge.agent.credentials.FetchResult.Fetched;
import io.iambridge.agent.credentials.FetchResult.Refused;
import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.agent.testing.Addresses;
import io.iambridge.agent.testing.FakeServer;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Reason;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** The contract with the server, in one thread and with time moved by hand. */
class CallerWatchTest {
  private static final InetAddress A = InetAddress.ofLiteral("10.0.0.1");
  private static final String ARN = "arn:aws:iam::1:role/r";

  private final FakeClock clock = new FakeClock();
  private final ManualScheduler state = new ManualScheduler(clock);
  private final FakeServer fake = new FakeServer(clock);
  private final PrometheusAgentMetrics metrics =
      new PrometheusAgentMetrics(new PrometheusRegistry(), "test");
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
          metrics);
  private @Nullable Deadline deadline;
  private @Nullable Reason refusal;
  private Server server;
  private ManagedChannel channel;
  private CallerWatch watch;

  @BeforeEach
  void connect() throws IOException {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .intercept(
                new ServerInterceptor() {
                  @Override
                  public <Q, A> ServerCall.Listener<Q> interceptCall(
                      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                    deadline = Context.current().getDeadline();
                    if (refusal != null) {
                      Metadata trailers = new Metadata();
                      trailers.put(WireKeys.REASON, refusal.name());
                      call.close(Status.UNAVAILABLE, trailers);
                      return new ServerCall.Listener<>() {};
                    }
                    return next.startCall(call, headers);
                  }
                })
            .addService(fake)
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    watch = new CallerWatch(channel, callers, state, new Random(3), metrics, "test");
  }

  @AfterEach
  void disconnect() {
    watch.close();
    state.runDue();
    channel.shutdownNow();
    server.shutdownNow();
  }

  private void start() {
    watch.start();
    state.runDue();
  }

  private void push(io.iambridge.proto.v1.Address address) {
    fake.push(address);
    state.runDue();
  }

  @Test
  void snapshotThenChanges() {
    fake.push(Addresses.bound("10.0.0.1", "p", ARN, "s"));
    assertThat(watch.everSynced()).isFalse();
    start();
    assertThat(watch.everSynced()).isTrue();
    assertThat(watch.live()).isTrue();
    assertThat(callers.find(A)).isEqualTo(new Known("p", "default", "p", new Binding(ARN, "s")));
    push(Addresses.ambiguous("10.0.0.1", "ns/a", "ns/b"));
    assertThat(callers.find(A)).isEqualTo(new Ambiguous(List.of("ns/a", "ns/b")));
    push(Addresses.nobody("10.0.0.1"));
    assertThat(callers.find(A)).isEqualTo(Caller.UNKNOWN);
  }

  @Test
  void mirrorStaysWhileDisconnectedAndIsReplacedAfterwards() {
    fake.push(Addresses.bound("10.0.0.1", "p", ARN));
    start();
    fake.endWatches(Status.UNAVAILABLE);
    state.runDue();
    assertThat(watch.live()).isFalse();
    assertThat(watch.everSynced()).isTrue();
    assertThat(callers.find(A)).isInstanceOf(Known.class);
    fake.forget("10.0.0.1");
    state.advance(Duration.ofSeconds(1));
    assertThat(watch.live()).isTrue();
    assertThat(callers.find(A)).isEqualTo(Caller.UNKNOWN);
  }

  @Test
  void watchIsOpenedAgainForEverWithGrowingPauses() {
    fake.silent(true);
    start();
    assertThat(fake.watchesOpened()).isEqualTo(1);
    // Each one is given up after 10 s without a snapshot, then there is a pause of at most 10 s.
    state.advance(Duration.ofHours(1));
    assertThat(fake.watchesOpened()).isBetween(180, 360);
    fake.silent(false);
    state.advance(Duration.ofSeconds(21));
    assertThat(watch.live()).isTrue();
  }

  /** pick_first stays with a connection that works, to a server that does not. */
  @ParameterizedTest
  @CsvSource({
    "SERVER_NOT_READY, IDLE",
    "TOKEN_REVIEW_UNAVAILABLE, IDLE",
    "NODE_UNKNOWN, IDLE",
    "NODE_MISMATCH, READY",
  })
  void aReplicaThatCannotAnswerIsLeftForOneThatMay(Reason reason, ConnectivityState after) {
    refusal = reason;
    start();
    assertThat(channel.getState(/* requestConnection= */ false)).isEqualTo(after);
    assertThat(watch.live()).isFalse();
    refusal = null;
    state.advance(Duration.ofSeconds(1));
    assertThat(watch.live()).isTrue();
  }

  /** A renewed certificate is shown with another connection only. */
  @Test
  void aWatchWhoseProofHasEndedIsOpenedAnewOnAnotherConnection() {
    start();
    Metadata trailers = new Metadata();
    trailers.put(WireKeys.REASON, Reason.NODE_UNKNOWN.name());
    fake.endWatches(Status.UNAUTHENTICATED, trailers);
    state.runDue();
    assertThat(channel.getState(/* requestConnection= */ false)).isEqualTo(ConnectivityState.IDLE);
    state.advance(Duration.ofSeconds(1));
    assertThat(watch.live()).isTrue();
  }

  /** Or an agent whose proof is not believed would ask for snapshots as fast as it can. */
  @Test
  void aWatchThatIsEndedAsSoonAsItIsOpenIsOpenedWithGrowingPauses() {
    start();
    for (int i = 0; i < 600; i++) {
      fake.endWatches(Status.UNAUTHENTICATED);
      state.advance(Duration.ofMillis(100));
    }
    assertThat(fake.watchesOpened()).isBetween(8, 40);
    state.advance(Duration.ofSeconds(10).plus(CallerWatch.LASTING));
    int opened = fake.watchesOpened();
    fake.endWatches(Status.UNAVAILABLE);
    state.advance(Duration.ofMillis(100));
    assertThat(fake.watchesOpened()).as("it had lasted").isEqualTo(opened + 1);
  }

  @Test
  void wordsThatMakeNoSenseHurtNobodyElse() {
    fake.push(Addresses.bound("not-an-address", "p", ARN));
    fake.push(Addresses.bound("10.0.0.2", "", ARN));
    fake.push(Addresses.bound("10.0.0.1", "p", ARN));
    start();
    assertThat(watch.live()).isTrue();
    assertThat(callers.find(A)).isInstanceOf(Known.class);
    assertThat(callers.find(InetAddress.ofLiteral("10.0.0.2"))).isEqualTo(Caller.UNKNOWN);
  }

  /** In no time, with nothing in the log that a person would have to read. */
  @Test
  void anotherTokenIsShownWithAnotherWatchAtOnce() {
    fake.push(Addresses.bound("10.0.0.1", "p", ARN));
    start();
    assertThat(
            logged(
                Level.WARN,
                () -> {
                  for (int i = 0; i < 10; i++) {
                    watch.renew();
                    assertThat(callers.find(A)).isInstanceOf(Known.class);
                    state.runDue();
                  }
                }))
        .isEmpty();
    assertThat(fake.watchesOpened()).isEqualTo(11);
    assertThat(fake.watchesOpen()).as("the others have ended").isOne();
    assertThat(watch.live()).isTrue();
    push(Addresses.bound("10.0.0.1", "q", ARN));
    assertThat(callers.find(A))
        .isInstanceOfSatisfying(Known.class, known -> assertThat(known.podUid()).isEqualTo("q"));
    fake.endWatches(Status.UNAVAILABLE);
    state.advance(Duration.ofMillis(100));
    assertThat(fake.watchesOpened()).as("no pause has grown").isEqualTo(12);
  }

  @Test
  void aTokenThatTheReplicaCannotJudgeIsShownToAnother() {
    start();
    refusal = Reason.TOKEN_REVIEW_UNAVAILABLE;
    watch.renew();
    state.runDue();
    assertThat(channel.getState(/* requestConnection= */ false)).isEqualTo(ConnectivityState.IDLE);
    assertThat(watch.live()).isFalse();
    refusal = null;
    state.advance(Duration.ofSeconds(1));
    assertThat(watch.live()).isTrue();
  }

  @Test
  void aTokenThatComesWhileThereIsNoWatchOpensNoSecondOne() {
    start();
    fake.endWatches(Status.UNAVAILABLE);
    state.runDue();
    watch.renew();
    state.advance(Duration.ofSeconds(1));
    assertThat(fake.watchesOpened()).isEqualTo(2);
  }

  @Test
  void closedWatchStaysClosed() {
    start();
    watch.close();
    state.advance(Duration.ofMinutes(1));
    assertThat(fake.watchesOpened()).isEqualTo(1);
    assertThat(watch.live()).isFalse();
  }

  private FetchResult fetch() {
    List<FetchResult> results = new ArrayList<>();
    new CredentialsClient(channel, new ServerTime(clock, () -> 0L)).fetch("p", "s", results::add);
    assertThat(results).hasSize(1);
    return results.getFirst();
  }

  @Test
  void credentialsArrive() {
    assertThat(fetch())
        .isInstanceOfSatisfying(
            Fetched.class,
            fetched -> {
              assertThat(fetched.credentials().accessKeyId()).isEqualTo("ASIAEXAMPLE");
              assertThat(fetched.credentials().expiration())
                  .isEqualTo(clock.instant().plus(Duration.ofHours(1)));
            });
  }

  @ParameterizedTest
  @CsvSource({
    "PERMISSION_DENIED, OTHER_NODE, true",
    "PERMISSION_DENIED, ROLE_NOT_PERMITTED, true",
    "PERMISSION_DENIED, STS_DENIED, true",
    "NOT_FOUND, CALLER_UNKNOWN, false",
    "FAILED_PRECONDITION, NO_ROLE, false",
    "FAILED_PRECONDITION, SESSION_CHANGED, false",
    "FAILED_PRECONDITION, STS_REJECTED, false",
    "RESOURCE_EXHAUSTED, STS_THROTTLED, false",
    "UNAVAILABLE, STS_UNAVAILABLE, false",
    "UNAVAILABLE, SERVER_NOT_READY, false"
  })
  void everyReasonOfTheContractHasItsMeaning(Status.Code code, Reason reason, boolean lasts) {
    fake.fail(code.toStatus().withDescription("why"), reason);
    String detail = code + ": why";
    assertThat(fetch())
        .isEqualTo(lasts ? new Refused(reason, "why", detail) : new Failed(reason, "why", detail));
  }

  @ParameterizedTest
  @EnumSource(names = {"NODE_UNKNOWN", "NODE_MISMATCH"})
  void whatIsWrongWithTheAgentIsForItsLogAndNotForPods(Reason reason) {
    fake.fail(Status.UNAUTHENTICATED.withDescription("set --node-name"), reason);
    assertThat(fetch())
        .isEqualTo(
            new Failed(
                reason,
                "the iambridge server does not know this node",
                "UNAUTHENTICATED: set --node-name"));
  }

  @Test
  void failureWithoutReasonIsUnderstoodByItsCode() {
    fake.fail(Status.UNAVAILABLE, null);
    assertThat(fetch())
        .isEqualTo(
            new Failed(
                Reason.SERVER_NOT_READY, "the iambridge server cannot be reached", "UNAVAILABLE"));
  }

  @ParameterizedTest
  @CsvSource({
    "UNAVAILABLE, the iambridge server cannot be reached",
    "DEADLINE_EXCEEDED, the iambridge server cannot be reached",
    "UNAUTHENTICATED, the iambridge server does not know this node",
    "INTERNAL, the iambridge server gave no answer"
  })
  void whatGrpcSaysIsForTheLogAndNotForPods(Status.Code code, String sentence) {
    Status status =
        code.toStatus()
            .withDescription("io exception at 10.9.8.7")
            .withCause(new IOException("connect", new IOException("host-1/10.9.8.7 refused")));
    assertThat(StatusReason.failedFetch(status, /* trailers= */ null))
        .isInstanceOfSatisfying(
            Failed.class,
            failed -> {
              assertThat(failed.message()).isEqualTo(sentence);
              assertThat(failed.detail()).contains("host-1/10.9.8.7 refused");
            });
  }

  @Test
  void serverHasTheTimeItMayTake() {
    assertThat(fetch()).isInstanceOf(Fetched.class);
    // A place and a call, with something to spare; less what has passed since it was set.
    assertThat(deadline)
        .isInstanceOfSatisfying(
            Deadline.class,
            left -> assertThat(left.timeRemaining(TimeUnit.SECONDS)).isBetween(21L, 25L));
  }

  /** The watch's lines of a level and above. */
  private List<String> logged(Level level, Runnable what) {
    Logger logger = (Logger) LoggerFactory.getLogger(CallerWatch.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    try {
      what.run();
    } finally {
      logger.detachAppender(lines);
    }
    return lines.list.stream()
        .filter(line -> line.getLevel().isGreaterOrEqual(level))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @Test
  void plannedReconnectIsNoWarning() {
    start();
    assertThat(
            logged(
                Level.WARN,
                () -> {
                  fake.endWatches(Status.UNAVAILABLE.withDescription("max_age"));
                  state.advance(Duration.ofSeconds(1));
                }))
        .isEmpty();
    assertThat(watch.live()).isTrue();
  }

  @Test
  void secondFailureInARowIsAWarning() {
    start();
    fake.silent(true);
    assertThat(
            logged(
                Level.WARN,
                () -> {
                  fake.endWatches(Status.UNAVAILABLE);
                  state.advance(Duration.ofMinutes(5));
                }))
        .singleElement()
        .asString()
        .contains("no snapshot within 10 s");
  }
}
