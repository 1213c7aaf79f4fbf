package io.iambridge.agent.neighbours;

import io.iambridge.agent.callers.Peers;
import io.iambridge.agent.neighbours.NeighbourMessages.End;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is behind the addresses of this node's neighbours, from what its kernel tells.
 *
 * <p>How it works. A connection of a new neighbour stands only when the kernel has found out where
 * that is. It then sends what waited for it and puts the change on our socket, in one step of one
 * CPU, while the answer has to go to the neighbour and back before a request is here. So it is
 * enough to take what is on the socket when a connection has brought its first request ({@link
 * #catchUp}): nothing is there mostly, which costs less than a microsecond. A thread of ours takes
 * the rest, so that the socket does not overflow while nobody asks. Where it does overflow, or more
 * is there than an event loop may spend its time on, nothing is settled until that thread has
 * caught up; what was lost it reads anew.
 *
 * <p>Where the kernel tells nothing (not Linux, another network than the node's, a failure), there
 * never is a change.
 */
public final class Neighbours implements Peers, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Neighbours.class);

  /** Some tens of microseconds of an event loop's time. */
  static final int MOST_ON_EVENT_LOOP = 64;

  /** As many at a time as may keep an event loop waiting for the lock. */
  private static final int MOST_ON_THREAD = 256;

  /** An event loop that has found a loss does not wake our thread, and callers wait 400 ms. */
  private static final Duration WAKE = Duration.ofMillis(200);

  private static final Duration DUMP_PATIENCE = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int ATTEMPTS = 3;

  private final Source source;
  private final NeighbourTable table = new NeighbourTable();
  private final CountDownLatch closing = new CountDownLatch(1);

  /** Guards what the kernel tells: who waits for it has what the other one has taken. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable Events events;
  private boolean lost;
  private volatile boolean settled = true;
  private volatile Listener listener = Listener.NOBODY;

  /** Hears of what happens; by any thread, and must be quick. */
  public interface Listener {
    /** For nobody. */
    Listener NOBODY =
        new Listener() {
          @Override
          public void changed(InetAddress address) {}

          @Override
          public void settledAgain() {}
        };

    /** Somebody else is behind an address. */
    void changed(InetAddress address);

    /** {@link Neighbours#settled} is true again. */
    void settledAgain();
  }

  /** Where the kernel tells of neighbours. */
  interface Source {
    /** From now on. */
    Events events() throws IOException;

    /** All there are. */
    void dump(Consumer<List<Neighbour>> found) throws IOException;
  }

  /** What happens to neighbours. */
  interface Events extends AutoCloseable {
    /** What came of {@link #take}. */
    enum Taken {
      SOME,
      NONE,
      LOST
    }

    /** Takes what there is; never waits. */
    Taken take(Consumer<Neighbour> found) throws IOException;

    /** Waits until there is something; for any thread. */
    void await(Duration patience) throws IOException;

    @Override
    void close();
  }

  /** Hears nothing until {@link #start}. */
  public Neighbours() {
    this(new KernelSource(DUMP_PATIENCE));
  }

  Neighbours(Source source) {
    this.source = source;
  }

  /** Begins to listen, on a thread of its own; once. */
  public void start(Listener whoHears) {
    listen(whoHears);
    Thread.ofPlatform().daemon().name("neighbours").start(this::run);
  }

  void listen(Listener whoHears) {
    listener = whoHears;
  }

  @Override
  public long stamp(InetAddress address) {
    return table.stamp(address);
  }

  @Override
  public boolean settled() {
    return settled;
  }

  /**
   * Afterwards {@link #stamp} and {@link #settled} tell of everything that the kernel told before.
   * For event loops: it takes a bounded part of what there is.
   */
  public void catchUp() {
    lock.lock();
    try {
      if (!drain(MOST_ON_EVENT_LOOP)) {
        settled = false;
      }
    } catch (IOException e) {
      // The thread meets it too, and ends it or mends it.
      settled = false;
    } finally {
      lock.unlock();
    }
  }

  /** Whether everything was taken; under the lock. */
  private boolean drain(int most) throws IOException {
    for (int i = 0; events != null && i < most; i++) {
      switch (events.take(this::see)) {
        case NONE -> {
          return true;
        }
        case LOST -> {
          lost = true;
          settled = false;
        }
        case SOME -> {}
      }
    }
    return events == null;
  }

  private void see(Neighbour neighbour) {
    if (table.see(neighbour)) {
      listener.changed(neighbour.address());
    }
  }

  private void run() {
    if (!open()) {
      return;
    }
    try {
      while (closing.getCount() > 0 && work()) {
        // Everything is in the condition.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      stop();
    }
  }

  boolean open() {
    lock.lock();
    try {
      events = source.events();
      // What is there already is read as what was lost is, but nobody has to wait for it.
      lost = true;
      return true;
    } catch (IOException | LinkageError e) {
      LOG.atInfo()
          .addKeyValue("why", String.valueOf(e.getMessage()))
          .log(
              "This node does not tell of neighbours: whether another pod got an address is known"
                  + " from the server alone");
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** One round of the thread; false when there is nothing to listen to any more. */
  boolean work() throws InterruptedException {
    Events listening = events;
    if (listening == null) {
      return false;
    }
    try {
      if (settled && !lost) {
        listening.await(WAKE);
      }
      boolean drained;
      boolean dump;
      lock.lock();
      try {
        drained = drain(MOST_ON_THREAD);
        dump = lost;
        lost = false;
      } finally {
        lock.unlock();
      }
      if (dump) {
        readAll();
      } else if (drained) {
        settle();
      }
      return true;
    } catch (IOException e) {
      failed(e);
      return false;
    }
  }

  /** Only what was lost before is made up for: what is lost meanwhile needs another round. */
  private void readAll() throws InterruptedException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        source.dump(this::seeAll);
        return;
      } catch (IOException e) {
        LOG.atWarn()
            .addKeyValue("attempt", attempt)
            .log("The neighbours of this node cannot be read: {}", e.getMessage());
        if (closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    }
    // What was lost stays lost; callers must not wait for it for ever.
  }

  private void seeAll(List<Neighbour> some) {
    lock.lock();
    try {
      some.forEach(this::see);
    } finally {
      lock.unlock();
    }
  }

  private void settle() {
    boolean again;
    lock.lock();
    try {
      again = !settled && !lost;
      settled = !lost;
    } finally {
      lock.unlock();
    }
    if (again) {
      listener.settledAgain();
    }
  }

  private void failed(IOException e) {
    LOG.atWarn()
        .addKeyValue("why", String.valueOf(e.getMessage()))
        .log(
            "This node tells no more of neighbours: whether another pod got an address is known"
                + " from the server alone");
    stop();
  }

  private void stop() {
    lock.lock();
    try {
      if (events != null) {
        events.close();
        events = null;
      }
      lost = false;
    } finally {
      lock.unlock();
    }
    settle();
  }

  /** Listens no more; the thread ends a moment later. */
  @Override
  public void close() {
    closing.countDown();
  }

  /** The kernel of this machine, by netlink. */
  private record KernelSource(Duration patience) implements Source {
    private static final int BATCH = 64;

    @Override
    public Events events() throws IOException {
      if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
        throw new IOException("it is not Linux");
      }
      return new KernelEvents(Netlink.forEvents());
    }

    @Override
    public void dump(Consumer<List<Neighbour>> found) throws IOException {
      try (Netlink dump = Netlink.forDump(patience)) {
        End end = End.GOES_ON;
        while (end == End.GOES_ON) {
          switch (dump.receive()) {
            case DATAGRAM -> {
              List<Neighbour> some = new ArrayList<>();
              end = NeighbourMessages.read(dump.datagram(), some::add);
              for (int i = 0; i < some.size(); i += BATCH) {
                found.accept(some.subList(i, Math.min(some.size(), i + BATCH)));
              }
            }
            case NOTHING_OF_USE -> {}
            case EMPTY -> throw new IOException("the kernel did not answer in time");
            case LOST -> throw new IOException("the answer is larger than its buffer");
          }
        }
        if (end == End.FAILED) {
          throw new IOException("the kernel refused");
        }
      }
    }
  }

  private record KernelEvents(Netlink socket) implements Events {
    @Override
    public Taken take(Consumer<Neighbour> found) throws IOException {
      return switch (socket.receive()) {
        case DATAGRAM -> {
          NeighbourMessages.read(socket.datagram(), found);
          yield Taken.SOME;
        }
        case NOTHING_OF_USE -> Taken.SOME;
        case EMPTY -> Taken.NONE;
        case LOST -> Taken.LOST;
      };
    }

    @Override
    public void await(Duration patience) throws IOException {
      socket.await(patience);
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
