package io.iambridge.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes what was added last first; one that fails does not keep the others open. */
final class CloseOrder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CloseOrder.class);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T closeable) {
    return add(closeable, CloseOrder::close);
  }

  synchronized <T> T add(T opening, Consumer<? super T> close) {
    opened.push(() -> close.accept(opening));
    return opening;
  }

  private static void close(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      LOG.atWarn()
          .addKeyValue("what", closeable.getClass().getSimpleName())
          .setCause(e)
          .log("Closing failed");
    }
  }

  @Override
  public synchronized void close() {
    while (!opened.isEmpty()) {
      close(opened.pop());
    }
  }
}
