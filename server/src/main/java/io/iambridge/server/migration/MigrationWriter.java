package io.iambridge.server.migration;

import io.iambridge.server.migration.MigrationStore.Kept;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
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

  /**
   * How long nothing is written after Kubernetes failed; how long nothing of a namespace whose
   * status it refuses, doubled each time.
   */
  static final Duration REST = Duration.ofSeconds(30);

  /** No longer than this. */
  static final Duration LONGEST_REST = Duration.ofMinutes(16);

  private static final Logger LOG = LoggerFactory.getLogger(MigrationWriter.class);

  private final MigrationStore store;
  private final Supplier<Set<String>> namespaces;
  private final Function<String, Optional<MigrationStatus>> statuses;
  private final Function<String, Boolean> settled;
  private final InstantSource clock;

  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private final Map<String, Kept> written = new ConcurrentHashMap<>();
  private final Map<String, Instant> next = new HashMap<>();
  private final Map<String, Refused> refused = new HashMap<>();
  private volatile boolean leading;
  private volatile boolean read;
  private Instant swept = Instant.MIN;
  private Instant resting = Instant.MIN;
  private String trouble = "";

  /** A namespace whose status Kubernetes refuses. */
  private record Refused(String why, Duration rest) {}

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
        if (!now.isBefore(next.getOrDefault(namespace, Instant.MIN))) {
          changed.remove(namespace);
          follow(namespace, now);
        }
      }
      next.values().removeIf(due -> !now.isBefore(due));
      refused.keySet().retainAll(namespaces.get());
      trouble = "";
    } catch (StoreException e) {
      failed(e, now);
    }
  }

  private void failed(StoreException e, Instant now) {
    resting = now.plus(REST);
    // Somebody else may have written: what is there is read again.
    read = false;
    // Whoever leads no more may well be stopping, with the connection already closed.
    if (leading && !trouble.equals(e.getMessage())) {
      trouble = String.valueOf(e.getMessage());
      LOG.warn("The status of the migration is not written: {}", trouble);
    }
  }

  private void follow(String namespace, Instant now) throws StoreException {
    try {
      write(namespace, now);
    } catch (StoreException e) {
      switch (e.trouble()) {
        case GONE -> {
          written.remove(namespace);
          refused.remove(namespace);
          next.put(namespace, now.plus(REST));
        }
        case NAMESPACE -> refused(namespace, String.valueOf(e.getMessage()), now);
        case ALL -> {
          changed.add(namespace);
          throw e;
        }
        case CONFLICT -> {
          changed.add(namespace);
          // With the versions that are there now.
          read = false;
          next.put(namespace, now.plus(PAUSE));
        }
      }
    }
  }

  private void refused(String namespace, String why, Instant now) {
    Refused before = refused.get(namespace);
    Duration rest = before == null ? REST : before.rest().multipliedBy(2);
    refused.put(
        namespace, new Refused(why, rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest));
    next.put(namespace, now.plus(refused.get(namespace).rest()));
    changed.add(namespace);
    if (before == null || !before.why().equals(why)) {
      LOG.atWarn()
          .addKeyValue("namespace", namespace)
          .log("The status of the migration of a namespace is not written: {}", why);
    }
  }

  private void write(String namespace, Instant now) throws StoreException {
    Optional<Kept> kept = Optional.ofNullable(written.get(namespace));
    Optional<MigrationStatus> before = kept.flatMap(Kept::status);
    Optional<MigrationStatus> after = statuses.apply(namespace);
    if (after.isEmpty()) {
      if (kept.isPresent()) {
        store.delete(namespace);
        written.remove(namespace);
      }
    } else if (!after.equals(before)
        && (before.isEmpty()
            || settled.apply(namespace)
            || !after.get().mode().equals(before.get().mode()))) {
      String version = store.put(namespace, after.get(), kept.map(Kept::version).orElse(""));
      written.put(namespace, new Kept(after, version));
      refused.remove(namespace);
      next.put(namespace, now.plus(PAUSE));
    }
  }

  /** How many namespaces have a status, and of how many nothing stands in the way. */
  public Counts counts() {
    return new Counts(
        written.size(),
        (int)
            written.values().stream()
                .flatMap(kept -> kept.status().stream())
                .filter(MigrationStatus::done)
                .count());
  }

  /**
   * What {@link #counts} gives.
   *
   * @param all with a status
   * @param ready those of which nothing stands in the way of the next mode
   */
  public record Counts(int all, int ready) {}
}
