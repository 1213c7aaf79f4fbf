package io.iambridge.server.testing;

import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.evidence.AttemptListener;
import io.iambridge.server.evidence.EvidenceConfig;
import io.iambridge.server.evidence.EvidenceKeeper;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.evidence.EvidenceStore;
import io.iambridge.server.evidence.EvidenceStoreException;
import io.iambridge.server.evidence.KnownPods;
import io.iambridge.server.grpc.EvidenceAnswers;
import io.iambridge.server.metrics.ServerMetrics;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps evidence in memory, with versions, and fails as a test says. */
public final class FakeEvidenceStore implements EvidenceStore {
  private final Map<String, Stored> objects = new HashMap<>();
  private final Deque<Runnable> meanwhile = new ArrayDeque<>();
  private long version;
  private int writes;
  private @Nullable EvidenceStoreException failure;
  private boolean failsAfterwards;
  private final Map<String, EvidenceStoreException> failures = new HashMap<>();
  private final Set<String> failOnlyCalls = new HashSet<>();
  private final Set<String> gone = new HashSet<>();

  /** What answers agents, where evidence does not matter. */
  public static EvidenceAnswers answers(CallerIndex callers, InstantSource clock) {
    EvidenceKeeper keeper =
        new EvidenceKeeper(
            new FakeEvidenceStore(),
            EvidenceConfig.DEFAULT,
            Runnable::run,
            clock,
            new Random(1),
            ServerMetrics.NOOP);
    return new EvidenceAnswers(
        new KnownPods(callers, callers, clock),
        AttemptListener.NONE,
        keeper,
        clock,
        ServerMetrics.NOOP);
  }

  /** Every call fails from now on; null lets them succeed. */
  public synchronized void fail(@Nullable EvidenceStoreException why) {
    failure = why;
    failsAfterwards = false;
  }

  /** Writes of this namespace fail from now on; null lets them succeed. */
  public synchronized void fail(String namespace, @Nullable EvidenceStoreException why) {
    if (why == null) {
      failures.remove(namespace);
    } else {
      failures.put(namespace, why);
    }
  }

  /** Writes of this namespace with any workload fail from now on. */
  public synchronized void failWhenItHasCalls(String namespace, EvidenceStoreException why) {
    failures.put(namespace, why);
    failOnlyCalls.add(namespace);
  }

  /** The namespace is deleted. */
  public synchronized void gone(String namespace) {
    objects.remove(namespace);
    gone.add(namespace);
  }

  /** Every call fails from now on, but what is written is kept: only the answer is lost. */
  public synchronized void failAfterwards(@Nullable EvidenceStoreException why) {
    failure = why;
    failsAfterwards = true;
  }

  /** Somebody else does this between the next read and its write. */
  public synchronized void meanwhile(Runnable other) {
    meanwhile.add(other);
  }

  /** How many changes were kept. */
  public synchronized int writes() {
    return writes;
  }

  @Override
  public Stored read(String namespace) throws EvidenceStoreException {
    Stored found;
    Runnable other;
    synchronized (this) {
      if (failure != null && !failsAfterwards) {
        throw failure;
      }
      found = objects.getOrDefault(namespace, Stored.NONE);
      other = meanwhile.poll();
    }
    if (other != null) {
      other.run();
    }
    return found;
  }

  @Override
  public synchronized Outcome write(String namespace, EvidenceStatus status, String read)
      throws EvidenceStoreException {
    if (failure != null && !failsAfterwards) {
      throw failure;
    }
    if (gone.contains(namespace)) {
      return Outcome.GONE;
    }
    EvidenceStoreException own = failures.get(namespace);
    if (own != null && (!failOnlyCalls.contains(namespace) || !status.workloads().isEmpty())) {
      throw own;
    }
    if (!objects.getOrDefault(namespace, Stored.NONE).version().equals(read)) {
      return Outcome.CONFLICT;
    }
    objects.put(namespace, new Stored(status, String.valueOf(++version)));
    writes++;
    if (failure != null) {
      throw failure;
    }
    return Outcome.WRITTEN;
  }

  @Override
  public synchronized Map<String, EvidenceStatus> list() {
    Map<String, EvidenceStatus> all = new HashMap<>();
    objects.forEach((namespace, stored) -> all.put(namespace, stored.status()));
    return all;
  }
}
