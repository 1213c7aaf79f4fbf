package io.iambridge.server.grpc;

import static io.iambridge.server.testing.ServerFixtures.apps;
import static io.iambridge.server.testing.ServerFixtures.podWithRole;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.iambridge.proto.v1.Reason;
import io.iambridge.proto.v1.WatchCallersResponse;
import io.iambridge.server.audit.Audit;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.testing.ServerFixtures;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One stream, with its sending done at once by whoever wakes it up. */
class CallersStreamTest {
  private final RoleResolver roles = new RoleResolver(ServerFixtures.BASE);
  private final CallerIndex callers =
      new CallerIndex(
          new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(roles, new SessionNames("kiam")),
          CallersListener.NOBODY);
  private final List<String> announced = new ArrayList<>();
  private final Audit audit =
      new Audit() {
        @Override
        public void announced(Pod pod, Session session) {
          announced.add(pod.uid() + " " + session.role().name());
        }
      };
  private final RecordedAgent agent = new RecordedAgent();
  private final CallersStream stream =
      new CallersStream(
          "node-1",
          callers,
          agent,
          Runnable::run,
          new Announcements(callers, audit),
          ServerMetrics.NOOP);

  @BeforeEach
  void start() {
    callers.namespaceChanged(apps(".*"));
    callers.podChanged(podWithRole("u1", "node-1", "10.0.0.1", "app"));
  }

  @Test
  void aWakeUpBeforeItHasStartedDoesNotKeepItFromSending() {
    stream.wake();
    assertThat(agent.messages).isEmpty();
    stream.start();
    assertThat(agent.messages).hasSize(1);
    assertThat(agent.messages.getFirst().getSnapshot().getAddressesCount()).isEqualTo(1);
    callers.podChanged(podWithRole("u2", "node-1", "10.0.0.2", "app"));
    assertThat(agent.messages).hasSize(2);
    assertThat(agent.error).isNull();
  }

  @Test
  void whatAnAgentMayServeIsAnnouncedOnceForEachSession() {
    stream.start();
    callers.podChanged(ServerFixtures.podWithRole("u2", "node-1", "10.0.0.2", "app"));
    callers.podChanged(podWithRole("u2", "node-1", "10.0.0.3", "app"));
    callers.podChanged(podWithRole("u2", "node-1", "10.0.0.3", "web"));
    callers.podChanged(podWithRole("u3", "node-2", "10.0.0.4", "app"));
    assertThat(announced).containsExactly("u1 app", "u2 app", "u2 web");
  }

  @Test
  void anAgentThatCannotBeSentToIsToldToConnectAnew() {
    stream.start();
    agent.failing = new IllegalStateException("a bug of ours");
    callers.podChanged(podWithRole("u2", "node-1", "10.0.0.2", "app"));
    assertThat(Status.fromThrowable(agent.error).getCode()).isEqualTo(Status.Code.INTERNAL);
    agent.failing = null;
    callers.podChanged(podWithRole("u3", "node-1", "10.0.0.3", "app"));
    assertThat(agent.messages).as("nothing after the end").hasSize(1);
  }

  @Test
  void anErrorEndsItToo() {
    stream.start();
    agent.failing = new StackOverflowError();
    callers.podChanged(podWithRole("u2", "node-1", "10.0.0.2", "app"));
    assertThat(Status.fromThrowable(agent.error).getCode()).isEqualTo(Status.Code.INTERNAL);
  }

  @Test
  void endedBeforeItStartedItSendsNothing() {
    stream.end(Refusal.of(Reason.SERVER_NOT_READY, "shutting down"));
    stream.start();
    assertThat(agent.messages).isEmpty();
    assertThat(Status.fromThrowable(agent.error).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  private static final class RecordedAgent extends ServerCallStreamObserver<WatchCallersResponse> {
    private final List<WatchCallersResponse> messages = new ArrayList<>();
    private @Nullable Throwable error;
    private @Nullable Throwable failing;

    @Override
    public void onNext(WatchCallersResponse message) {
      switch (failing) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case null, default -> messages.add(message);
      }
    }

    @Override
    public void onError(Throwable e) {
      error = e;
    }

    @Override
    public void onCompleted() {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}
  }
}
