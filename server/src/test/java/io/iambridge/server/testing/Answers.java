package io.iambridge.server.testing;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a stream says, to be taken one by one; asked for one by one too when it is slow. */
public final class Answers<Q, A> implements ClientResponseObserver<Q, A> {
  private static final int SECONDS = 30;

  private final boolean slow;
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
  private @Nullable ClientCallStreamObserver<Q> call;

  /**
   * @param slow whether nothing is taken from the connection before it is asked for
   */
  public Answers(boolean slow) {
    this.slow = slow;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> requests) {
    call = requests;
    if (slow) {
      requests.disableAutoRequestWithInitial(1);
    }
  }

  /** Lets the stream send that many more. */
  public void request(int count) {
    call().request(count);
  }

  /** Gives the call up. */
  public void cancel() {
    call().cancel("given up", null);
  }

  private ClientCallStreamObserver<Q> call() {
    ClientCallStreamObserver<Q> started = call;
    if (started == null) {
      throw new IllegalStateException("not started");
    }
    return started;
  }

  @Override
  public void onNext(A value) {
    events.add(value);
  }

  @Override
  public void onError(Throwable error) {
    events.add(error);
  }

  @Override
  public void onCompleted() {
    events.add("completed");
  }

  /** The next message. */
  @SuppressWarnings("unchecked") // a message is an A, or the cast at the caller fails
  public A next() throws InterruptedException {
    return (A) event();
  }

  /** The error that ends it, which must come next. */
  public Throwable error() throws InterruptedException {
    return (Throwable) event();
  }

  private Object event() throws InterruptedException {
    Object event = events.poll(SECONDS, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("nothing came within " + SECONDS + " s");
    }
    return event;
  }

  /** Whether nothing waits to be taken. */
  public boolean isEmpty() {
    return events.isEmpty();
  }
}
