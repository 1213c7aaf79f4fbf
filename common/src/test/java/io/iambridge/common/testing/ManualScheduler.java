package io.iambridge.common.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler whose time a test moves by hand. Nothing ever runs inside {@code execute} or {@code
 * schedule}, as on a real one; tasks run in the thread that calls {@link #advance} or {@link
 * #runDue}, in the order of their time and, at one time, in the order they came.
 */
public final class ManualScheduler extends AbstractExecutorService
    implements ScheduledExecutorService {
  private static final int MAX_TASKS_AT_ONE_TIME = 1_000_000;

  private final FakeClock clock;
  private final PriorityQueue<Task<?>> tasks =
      new PriorityQueue<>(
          Comparator.comparing((Task<?> task) -> task.due)
              .thenComparingLong(task -> task.sequence));
  private long sequence;
  private boolean shutdown;

  /** A scheduler that moves the given clock with it. */
  public ManualScheduler(FakeClock clock) {
    this.clock = clock;
  }

  /** Runs what is due now, and what those tasks add for now. */
  public void runDue() {
    advance(Duration.ZERO);
  }

  /** Moves the clock forward, stopping at each task's time to run it. */
  public void advance(Duration by) {
    Instant end = clock.instant().plus(by);
    for (int run = 0; run < MAX_TASKS_AT_ONE_TIME; run++) {
      Task<?> task = pollDue(end);
      if (task == null) {
        clock.set(end);
        return;
      }
      if (task.due.isAfter(clock.instant())) {
        clock.set(task.due);
      }
      task.run();
    }
    throw new IllegalStateException("tasks keep adding tasks for the same time");
  }

  /** How many tasks wait, now or for later; cancelled ones do not count. */
  public synchronized int pending() {
    return (int) tasks.stream().filter(task -> !task.isCancelled()).count();
  }

  private synchronized @Nullable Task<?> pollDue(Instant end) {
    Task<?> head = tasks.peek();
    if (head == null || head.due.isAfter(end)) {
      return null;
    }
    return tasks.poll();
  }

  private synchronized <V> Task<V> add(Callable<V> callable, Duration delay, Duration period) {
    if (shutdown) {
      throw new RejectedExecutionException("shut down");
    }
    Instant due = clock.instant().plus(delay.isNegative() ? Duration.ZERO : delay);
    Task<V> task = new Task<>(callable, due, period);
    task.sequence = sequence++;
    tasks.add(task);
    return task;
  }

  private synchronized void again(Task<?> task) {
    if (!shutdown) {
      task.due = clock.instant().plus(task.period);
      task.sequence = sequence++;
      tasks.add(task);
    }
  }

  @Override
  public void execute(Runnable command) {
    var _ = schedule(command, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return add(asCallable(command), Duration.of(delay, unit.toChronoUnit()), Duration.ZERO);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    return add(callable, Duration.of(delay, unit.toChronoUnit()), Duration.ZERO);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return add(
        asCallable(command),
        Duration.of(initialDelay, unit.toChronoUnit()),
        Duration.of(period, unit.toChronoUnit()));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return scheduleAtFixedRate(command, initialDelay, delay, unit);
  }

  private static Callable<Boolean> asCallable(Runnable command) {
    return () -> {
      command.run();
      return true;
    };
  }

  @Override
  public synchronized void shutdown() {
    shutdown = true;
    tasks.removeIf(Task::isPeriodic); // As ScheduledThreadPoolExecutor does.
  }

  @Override
  public synchronized List<Runnable> shutdownNow() {
    shutdown = true;
    List<Runnable> left = List.copyOf(tasks);
    tasks.clear();
    return left;
  }

  @Override
  public synchronized boolean isShutdown() {
    return shutdown;
  }

  @Override
  public synchronized boolean isTerminated() {
    return shutdown && tasks.isEmpty();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return isTerminated();
  }

  private final class Task<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {
    private final Duration period;
    private Instant due;
    private long sequence;

    Task(Callable<V> callable, Instant due, Duration period) {
      super(callable);
      this.due = due;
      this.period = period;
    }

    @Override
    public void run() {
      if (!isPeriodic()) {
        super.run();
        rethrow();
      } else if (runAndReset()) {
        again(this);
      }
    }

    /** A real scheduler keeps what a task throws in its future; a test must see it at once. */
    private void rethrow() {
      if (state() == State.FAILED) {
        throw new IllegalStateException("a scheduled task failed", exceptionNow());
      }
    }

    @Override
    public boolean isPeriodic() {
      return !period.isZero();
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(Duration.between(clock.instant(), due));
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }
}
