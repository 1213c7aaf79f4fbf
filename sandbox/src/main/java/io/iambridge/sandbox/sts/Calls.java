package io.iambridge.sandbox.sts;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts the requests that reached the emulator. */
public final class Calls {
  private static final int MOST_REMEMBERED = 10_000;

  private final Map<String, LongAdder> received = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> assumed = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
  private final Deque<AssumeRoleCall> latest = new ArrayDeque<>();
  private final InstantSource clock;
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();

  Calls(InstantSource clock) {
    this.clock = clock;
  }

  /** An AssumeRole request, answered or not, good or bad, and when it came. */
  public record AssumeRoleCall(String roleArn, Instant at) {}

  /** The AssumeRole requests since then, of the last ten thousand. */
  public List<AssumeRoleCall> assumeRoleSince(Instant since) {
    synchronized (latest) {
      return latest.stream().filter(call -> !call.at().isBefore(since)).toList();
    }
  }

  /** Requests of an action, answered or not, good or bad. */
  public long received(String action) {
    return count(received, action);
  }

  /** AssumeRole requests for a role, answered or not, good or bad. */
  public long assumeRole(String roleArn) {
    return count(assumed, roleArn);
  }

  /** Answers with an error code, e.g. {@code AccessDenied}. */
  public long errors(String code) {
    return count(errors, code);
  }

  /** The highest number of requests that were under way together. */
  public int mostAtOnce() {
    return mostAtOnce.get();
  }

  void begin(Parameters parameters) {
    String action = parameters.get("Action").orElse("");
    add(received, action);
    if (action.equals("AssumeRole")) {
      String role = parameters.get("RoleArn").orElse("");
      add(assumed, role);
      remember(new AssumeRoleCall(role, clock.instant()));
    }
  }

  private void remember(AssumeRoleCall call) {
    synchronized (latest) {
      latest.addLast(call);
      if (latest.size() > MOST_REMEMBERED) {
        latest.removeFirst();
      }
    }
  }

  void enter() {
    mostAtOnce.accumulateAndGet(underWay.incrementAndGet(), Math::max);
  }

  void leave() {
    underWay.decrementAndGet();
  }

  void error(String code) {
    add(errors, code);
  }

  private static long count(Map<String, LongAdder> counts, String key) {
    LongAdder count = counts.get(key);
    return count == null ? 0 : count.sum();
  }

  private static void add(Map<String, LongAdder> counts, String key) {
    counts.computeIfAbsent(key, absent -> new LongAdder()).increment();
  }
}
