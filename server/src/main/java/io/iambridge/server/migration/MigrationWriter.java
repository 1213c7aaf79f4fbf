package io.iambridge.server.migration;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the statuses of all namespaces as they are: writes one that has changed, a namespace's at
 * most every {@link #PAUSE}; deletes one that a namespace has no more reason for. Only while this
 * replica leads. {@link #tick} does everything, on the thread that calls it.
 */
public final class MigrationWriter {
  /** Between two writes of one namespace. */
  static final Duration PAUSE = Duration.ofSeconds(5);

  /** How often every namespace is looked at, for what changes by time and evidence. */
  static final Duration SWEEP = Duration.ofMinutes(1);

  /** How long nothing is written after a write failed. */
  static final Duration REST = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(MigrationWriter.class);

  private final MigrationStore store;
  private final Supplier<Set<String>> namespaces;
  private final Function<String, Optional<MigrationStatus>> statuses;
  private final Function<String, Boolean> settled;
  private final InstantSource clock;

  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private final Map<String, MigrationStatus> written = new ConcurrentHashMap<>();
  private final Map<String, Instant> when = new HashMap<>();
  private volatile boolean leading;
  private volatile boolean read;
  private Instant swept = Instant.MIN;
  private Instant resting = Instant.MIN;
  private String trouble = "";

  /**
   * @param namespaces all there are
   * @param statuses of a namespace, now
   * @param settled whether a namespace's rehearsals have all been made, so that a new leader does
   *     not write that nothing is known over what the last one knew
   */
  public MigrationWriter(
      MigrationStore store,
      Supplier<Set<String>> namespaces,
      Function<String, Optional<MigrationStatus>> statuses,
      Function<String, Boolean> settled,
      InstantSource clock) {
    this.store = store;
    this.namespaces = namespaces;
    this.statuses = statuses;
    this.settled = settled;
    this.clock = clock;
  }

  /** Whether this is the replica that writes. */
  public void lead(boolean lead) {
    read = false;
    leading = lead;
  }

  /** Something has changed in the namespace. */
  public void changed(String namespace) {
    if (leading) {
      changed.add(namespace);
    }
  }

  /** Writes what is due; blocks as long as the API does. */
  public void tick() {
    Instant now = clock.instant();
    if (!leading || now.isBefore(resting)) {
      return;
    }
    try {
      if (!read) {
        written.clear();
        written.putAll(store.list());
        read = true;
        swept = Instant.MIN;
      }
      if (swept.equals(Instant.MIN) || !now.isBefore(swept.plus(SWEEP))) {
        swept = now;
        changed.addAll(namespaces.get());
        changed.addAll(written.keySet());
      }
      for (String namespace : Set.copyOf(changed)) {
        if (!leading) {
          return;
        }
        Instant last = when.get(namespace);
        if (last == null || !now.isBefore(last.plus(PAUSE))) {
          changed.remove(namespace);
          follow(namespace, now);
        }
      }
      when.keySet().retainAll(new HashSet<>(written.keySet()));
      trouble = "";
    } catch (StoreException e) {
      resting = now.plus(REST);
      // Somebody else may have written: what is there is read again.
      read = false;
      if (!trouble.equals(e.getMessage())) {
        trouble = String.valueOf(e.getMessage());
        LOG.warn("The status of the migration is not written: {}", trouble);
      }
    }
  }

  private void follow(String namespace, Instant now) throws StoreException {
    MigrationStatus before = written.get(namespace);
    Optional<MigrationStatus> after = statuses.apply(namespace);
    if (after.isEmpty()) {
      if (before != null) {
        store.delete(namespace);
        written.remove(namespace);
      }
    } else if (!after.get().equals(before)
        && (before == null
            || settled.apply(namespace)
            || !after.get().mode().equals(before.mode()))) {
      store.put(namespace, after.get());
      written.put(namespace, after.get());
      when.put(namespace, now);
    }
  }

  /** How many namespaces have a status, and of how many nothing stands in the way. */
  public Counts counts() {
    return new Counts(
        written.size(), (int) written.values().stream().filter(MigrationStatus::done).count());
  }

  /**
   * What {@link #counts} gives.
   *
   * @param all with a status
   * @param ready those of which nothing stands in the way of the next mode
   */
  public record Counts(int all, int ready) {}
}
