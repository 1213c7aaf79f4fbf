package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iambridge.server.crd.Evidence;
import io.iambridge.server.evidence.EvidenceStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all replicas have written of their callers, read whole once in a while: whoever shows a
 * namespace's state needs it not newer than that.
 */
public final class EvidenceObjects {
  private static final Logger LOG = LoggerFactory.getLogger(EvidenceObjects.class);
  private static final Duration FRESH = Duration.ofSeconds(15);
  private static final int TIMEOUT_MILLIS = 10_000;

  private final SingleCalls calls;
  private final InstantSource clock;
  private Map<String, EvidenceStatus> known = Map.of();
  private Instant read = Instant.MIN;

  /** Reads with the client's rights: list on evidences.iambridge.io. */
  public EvidenceObjects(KubernetesClient client, InstantSource clock) {
    this.calls =
        new SingleCalls(
            client, TIMEOUT_MILLIS, "a list of evidences", "list evidences.iambridge.io");
    this.clock = clock;
  }

  /** Of a namespace; what was read last where it cannot be read now. */
  public synchronized Optional<EvidenceStatus> of(String namespace) {
    Instant now = clock.instant();
    if (read.equals(Instant.MIN) || !now.isBefore(read.plus(FRESH))) {
      // Also when it fails: the next one asks no sooner.
      read = now;
      try {
        known = list();
        calls.answered();
      } catch (KubernetesClientException e) {
        var _ = calls.failed(e, LOG, "Evidence cannot be read");
      }
    }
    return Optional.ofNullable(known.get(namespace));
  }

  private Map<String, EvidenceStatus> list() {
    Map<String, EvidenceStatus> all = new HashMap<>();
    for (Evidence one :
        calls.client().resources(Evidence.class).inAnyNamespace().list().getItems()) {
      if (Evidence.NAME.equals(one.getMetadata().getName()) && one.getStatus() != null) {
        all.put(one.getMetadata().getNamespace(), one.getStatus());
      }
    }
    return Map.copyOf(all);
  }
}
