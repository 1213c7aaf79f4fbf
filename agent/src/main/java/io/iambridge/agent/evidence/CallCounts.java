package io.iambridge.agent.evidence;

import com.google.protobuf.Timestamp;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.proto.v1.Evidence;
import io.iambridge.proto.v1.Evidence.Outcome;
import io.iambridge.proto.v1.Evidence.Path;
import io.iambridge.proto.v1.Mechanism;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls that are alike, until they are taken. Each call is in exactly one of the takings.
 *
 * <p>How it works. Each kind of call has a cell that any thread counts up without a lock. One
 * thread takes: it sets a cell back to zero in the same step in which it reads it. A cell without
 * calls since the last taking is closed before it is forgotten, so that nobody counts in it any
 * more.
 */
public final class CallCounts implements CallListener {
  /** A node has at most some hundred pods; each has few SDKs. */
  static final int MOST_CELLS = 20_000;

  /** Of a pod that changes its User-Agent with each call only the first ones are told apart. */
  static final int MOST_CELLS_OF_POD = 64;

  private static final int MOST_USER_AGENTS = 1_000;

  private final InstantSource clock;
  private final AgentMetrics metrics;
  private final Map<Kind, Cell> cells = new ConcurrentHashMap<>();
  private final Map<String, Integer> cellsByPod = new ConcurrentHashMap<>();
  private final Map<String, Sdk> sdks = new ConcurrentHashMap<>();

  /**
   * Counts nothing yet.
   *
   * @param clock the server's time
   */
  public CallCounts(InstantSource clock, AgentMetrics metrics) {
    this.clock = clock;
    this.metrics = metrics;
  }

  /** A day begins a kind of its own, so that no batch puts calls of two days together. */
  private record Kind(
      String podUid,
      Path path,
      Outcome outcome,
      Mechanism mechanism,
      boolean fallback,
      Sdk sdk,
      long day) {
    Kind withoutSdk() {
      return new Kind(podUid, path, outcome, mechanism, fallback, Sdk.UNKNOWN, day);
    }

    Evidence evidence(long calls, long lastMillis) {
      return Evidence.newBuilder()
          .setPodUid(podUid)
          .setPath(path)
          .setOutcome(outcome)
          .setMechanism(mechanism)
          .setFallback(fallback)
          .setSdk(sdk.name())
          .setSdkVersion(sdk.version())
          .setCalls(calls)
          .setLast(Timestamp.newBuilder().setSeconds(Math.floorDiv(lastMillis, 1000L)))
          .build();
    }
  }

  private static final class Cell {
    private static final long CLOSED = -1;

    private final AtomicLong calls = new AtomicLong();
    private volatile long lastMillis;

    /** Whether it was counted; not in a closed cell. */
    boolean add(long millis) {
      // First: whoever takes the call reads this afterwards.
      lastMillis = millis;
      for (long before = calls.get(); before != CLOSED; before = calls.get()) {
        if (calls.compareAndSet(before, before + 1)) {
          return true;
        }
      }
      return false;
    }

    /** What was counted since the last time; closes it when that is nothing. */
    long takeOrClose() {
      while (true) {
        long before = calls.get();
        if (calls.compareAndSet(before, before == 0 ? CLOSED : 0)) {
          return before;
        }
      }
    }
  }

  @Override
  public void called(
      String podUid,
      Path path,
      Outcome outcome,
      Mechanism mechanism,
      boolean fallback,
      @Nullable String userAgent) {
    long millis = clock.instant().toEpochMilli();
    long day = Math.floorDiv(millis, TimeUnit.DAYS.toMillis(1));
    count(new Kind(podUid, path, outcome, mechanism, fallback, sdk(userAgent), day), millis);
  }

  private Sdk sdk(@Nullable String userAgent) {
    if (userAgent == null) {
      return Sdk.UNKNOWN;
    }
    Sdk known = sdks.get(userAgent);
    if (known != null) {
      return known;
    }
    Sdk read = SdkName.of(userAgent);
    // What comes after that is read each time, which takes a microsecond.
    if (sdks.size() < MOST_USER_AGENTS) {
      sdks.put(userAgent, read);
    }
    return read;
  }

  private void count(Kind kind, long millis) {
    while (true) {
      Cell cell = cells.get(kind);
      if (cell == null) {
        if (!hasRoom(kind)) {
          turnedAway(kind, millis);
          return;
        }
        cell = cells.computeIfAbsent(kind, this::newCell);
      }
      if (cell.add(millis)) {
        return;
      }
      cells.remove(kind, cell);
    }
  }

  /** Without its SDK a call has always room in its pod's share, which those make small. */
  private boolean hasRoom(Kind kind) {
    return cells.size() < MOST_CELLS
        && (!kind.sdk().isKnown() || cellsByPod.getOrDefault(kind.podUid(), 0) < MOST_CELLS_OF_POD);
  }

  private void turnedAway(Kind kind, long millis) {
    if (kind.sdk().isKnown()) {
      count(kind.withoutSdk(), millis);
    } else {
      metrics.callsNotCounted(1);
    }
  }

  private Cell newCell(Kind kind) {
    cellsByPod.merge(kind.podUid(), 1, Integer::sum);
    return new Cell();
  }

  /**
   * Takes at most so many kinds of calls; fewer mean that there are no more. One thread at a time.
   */
  List<Evidence> take(int most) {
    List<Evidence> taken = new ArrayList<>();
    for (Map.Entry<Kind, Cell> entry : cells.entrySet()) {
      if (taken.size() == most) {
        break;
      }
      Kind kind = entry.getKey();
      Cell cell = entry.getValue();
      long calls = cell.takeOrClose();
      if (calls > 0) {
        taken.add(kind.evidence(calls, cell.lastMillis));
      } else {
        forget(kind, cell);
      }
    }
    return taken;
  }

  /** Never another cell of the kind, which somebody may have begun meanwhile. */
  private void forget(Kind kind, Cell cell) {
    cells.remove(kind, cell);
    cellsByPod.computeIfPresent(kind.podUid(), (pod, count) -> count == 1 ? null : count - 1);
  }

  /** For tests. */
  int size() {
    return cells.size();
  }
}
