package io.iambridge.sandbox.model;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.iambridge.proto.v1.Address;
import io.iambridge.proto.v1.WatchCallersResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * An agent's way to one server: calls arrive at once, answers in their order and, when the wire is
 * held, late. When it is cut, every call on it ends on both sides and what was under way is lost.
 */
final class Wire extends ManagedChannel {
  /** What a connection takes before its sender has to wait. */
  private static final int WINDOW = 3;

  private final Flaw flaw;
  private final String node;
  private final ScheduledExecutorService state;
  private final IntConsumer watched;
  private final Queue<Runnable> answers = new ArrayDeque<>();
  private final List<WireCall<?, ?>> open = new ArrayList<>();
  private ModelServer server;
  private boolean held;
  private boolean delivering;
  private boolean snapshot;

  /**
   * @param state delivers
   * @param watched hears that a watch begins, of which server
   */
  Wire(
      Flaw flaw,
      String node,
      ModelServer server,
      ScheduledExecutorService state,
      IntConsumer watched) {
    this.flaw = flaw;
    this.node = node;
    this.server = server;
    this.state = state;
    this.watched = watched;
  }

  ModelServer server() {
    return server;
  }

  /** Whether the agent has heard everything that the server has told its watch. */
  boolean upToDate() {
    return snapshot && answers.isEmpty();
  }

  boolean held() {
    return held;
  }

  void hold(boolean hold) {
    held = hold;
    wake();
  }

  /** Delivers some of the answers that are held. */
  void deliver(int most) {
    for (int i = 0; i < most && !answers.isEmpty(); i++) {
      answers.remove().run();
    }
    if (answers.size() < WINDOW) {
      List.copyOf(open).forEach(WireCall::ready);
    }
  }

  /** Ends everything; the next call goes to this server. */
  void cut(ModelServer next) {
    server = next;
    held = false;
    answers.clear();
    List.copyOf(open).forEach(call -> call.broken(Status.UNAVAILABLE.withDescription("cut")));
  }

  boolean takesMore() {
    return answers.size() < WINDOW;
  }

  void send(Runnable answer) {
    answers.add(answer);
    wake();
  }

  private void wake() {
    if (!held && !delivering && !answers.isEmpty()) {
      delivering = true;
      state.execute(() -> {
        delivering = false;
        if (!held) {
          deliver(Integer.MAX_VALUE);
        }
      });
    }
  }

  /** Whether a planted flaw swallows the message. */
  boolean swallows(Object message) {
    return flaw == Flaw.AGENT_NEVER_FORGETS
        && message instanceof WatchCallersResponse news
        && news.hasChanged()
        && news.getChanged().getAddress().getStateCase() == Address.StateCase.STATE_NOT_SET;
  }

  String node() {
    return node;
  }

  void opened(WireCall<?, ?> call) {
    open.add(call);
    if (call.isWatch()) {
      watched.accept(server.number);
    }
  }

  void arrived(WireCall<?, ?> call) {
    snapshot |= call.isWatch();
  }

  void ended(WireCall<?, ?> call) {
    open.remove(call);
    if (call.isWatch()) {
      snapshot = false;
    }
  }

  @Override
  public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
    return new WireCall<>(this, method, state);
  }

  @Override
  public String authority() {
    return "server-" + server.number;
  }

  @Override
  public ManagedChannel shutdown() {
    return shutdownNow();
  }

  @Override
  public ManagedChannel shutdownNow() {
    cut(server);
    return this;
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
