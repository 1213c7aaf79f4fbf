package io.iambridge.server.evidence;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept of all namespaces, read whole once in a while: whoever shows a namespace's state
 * needs it not newer than that. Where it cannot be read, what was read last stands.
 */
public final class RecentEvidence {
  private final EvidenceStore store;
  private final Duration fresh;
  private final InstantSource clock;
  private Map<String, EvidenceStatus> known = Map.of();
  private Heard heard = Heard.NOTHING;
  private Optional<Instant> asked = Optional.empty();
  private Optional<Instant> read = Optional.empty();

  /**
   * Of what the store keeps; it tells of its trouble itself. All namespaces' together may be many
   * megabytes: it is read half as often as it is written.
   */
  public RecentEvidence(EvidenceStore store, EvidenceConfig config, InstantSource clock) {
    this.store = store;
    this.fresh = config.writeInterval().multipliedBy(2);
    this.clock = clock;
  }

  /** Of a namespace; may block. */
  public synchronized Optional<EvidenceStatus> of(String namespace) {
    Instant now = clock.instant();
    if (asked.isEmpty() || !now.isBefore(asked.get().plus(fresh))) {
      // Also when it fails: the next one asks no sooner.
      asked = Optional.of(now);
      try {
        known = withoutBatches(store.list());
        heard = Heard.of(known.values());
        read = Optional.of(now);
      } catch (EvidenceStoreException e) {
        // The store has told.
        return Optional.ofNullable(known.get(namespace));
      }
    }
    return Optional.ofNullable(known.get(namespace));
  }

  /** They only matter to whoever merges reports. */
  private static Map<String, EvidenceStatus> withoutBatches(Map<String, EvidenceStatus> all) {
    Map<String, EvidenceStatus> lean = new HashMap<>();
    all.forEach((namespace, status) ->
        lean.put(namespace, new EvidenceStatus(status.workloads(), List.of(), status.lostAt())));
    return Map.copyOf(lean);
  }

  /** What all namespaces' together tell of whether anybody watched. */
  public synchronized Heard heard() {
    return heard;
  }

  /** When what {@link #of} gives was read; empty when it never could be. */
  public synchronized Optional<Instant> readAt() {
    return read;
  }
}
