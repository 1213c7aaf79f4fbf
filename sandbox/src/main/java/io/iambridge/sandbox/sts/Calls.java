package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.Watcher;
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
  private final Map<String, LongAdder> withWebIdentity = new ConcurrentHashMap<>();
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

  /** AssumeRoleWithWebIdentity requests for a role, answered or not, good or bad. */
  public long assumeRoleWithWebIdentity(String roleArn) {
    return count(withWebIdentity, roleArn);
  }

  /** Answers with an error code, e.g. {@code AccessDenied}. */
  public long errors(String code) {
    return count(errors, code);
  }

  /** The highest number of requests that were under way together. */
  public int mostAtOnce() {
    return mostAtOnce.get();
  }

  Watcher watcher() {
    return new Watcher() {
      @Override
      public void enter() {
        mostAtOnce.accumulateAndGet(underWay.incrementAndGet(), Math::max);
      }

      @Override
      public void begin(Parameters parameters) {
        count(parameters);
      }

      @Override
      public void error(String code) {
        add(errors, code);
      }

      @Override
      public void leave() {
        underWay.decrementAndGet();
      }
    };
  }

  private void count(Parameters parameters) {
    String action = parameters.get("Action").orElse("");
    add(received, action);
    String role = parameters.get("RoleArn").orElse("");
    if (action.equals("AssumeRole")) {
      add(assumed, role);
      remember(new AssumeRoleCall(role, clock.instant()));
    } else if (action.equals("AssumeRoleWithWebIdentity")) {
      add(withWebIdentity, role);
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

  private static long count(Map<String, LongAdder> counts, String key) {
    LongAdder count = counts.get(key);
    return count == null ? 0 : count.sum();
  }

  private static void add(Map<String, LongAdder> counts, String key) {
    counts.computeIfAbsent(key, absent -> new LongAdder()).increment();
  }
}
