package io.iambridge.sandbox.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Callers that ask at a steady pace, each on its own thread, until it is closed. */
final class Traffic implements AutoCloseable {
  private static final long PACE_NANOS = Duration.ofMillis(500).toNanos();

  private final List<Thread> threads = new ArrayList<>();
  private volatile Tally tally = new Tally();
  private volatile boolean patient;
  private volatile boolean stopped;

  private Traffic(List<Caller> callers) {
    for (int i = 0; i < callers.size(); i++) {
      Caller caller = callers.get(i);
      long late = PACE_NANOS * i / callers.size();
      threads.add(Thread.ofVirtual().name("caller-" + i).start(() -> askOn(caller, late)));
    }
  }

  static Traffic of(List<Caller> callers) {
    return new Traffic(callers);
  }

  private void askOn(Caller caller, long lateNanos) {
    LockSupport.parkNanos(lateNanos);
    while (!stopped) {
      Answer answer = caller.ask(() -> patient);
      tally.add(answer, caller.takeAskedAgain());
      LockSupport.parkNanos(PACE_NANOS);
    }
  }

  /**
   * Counts from now on into another tally, and answers it.
   *
   * @param patientNow whether callers ask again after a 503 or a reset, from now on
   */
  Tally countAnew(boolean patientNow) {
    patient = patientNow;
    Tally next = new Tally();
    tally = next;
    return next;
  }

  @Override
  public void close() {
    stopped = true;
    threads.forEach(Threads::join);
  }
}
