package io.iambridge.common.lifecycle;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what was added last first; one that fails does not keep the others open. */
public final class CloseOrder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CloseOrder.class);

  private final Deque<Opened> opened = new ArrayDeque<>();

  private record Opened(String what, AutoCloseable closing) {}

  /** Adds what is to be closed, and gives it back. */
  public <T extends AutoCloseable> T add(T closeable) {
    push(closeable, closeable);
    return closeable;
  }

  /** The same, for what is closed in this way. */
  public <T> T add(T opening, Consumer<? super T> close) {
    push(opening, () -> close.accept(opening));
    return opening;
  }

  private synchronized void push(Object what, AutoCloseable closing) {
    opened.push(new Opened(what.getClass().getSimpleName(), closing));
  }

  /** Closes everything, once; what fails is logged. */
  @Override
  public void close() {
    var _ = closeAll();
  }

  /** The same; says what failed, too. */
  public synchronized List<Exception> closeAll() {
    List<Exception> failures = new ArrayList<>();
    while (!opened.isEmpty()) {
      Opened last = opened.pop();
      try {
        last.closing().close();
      } catch (Exception e) {
        LOG.atWarn().addKeyValue("what", last.what()).setCause(e).log("Closing failed");
        failures.add(e);
      }
    }
    return failures;
  }
}
