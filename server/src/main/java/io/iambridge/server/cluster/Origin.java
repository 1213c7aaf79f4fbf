package io.iambridge.server.cluster;

import java.time.Instant;
import java.util.Set;

/**
 * Where a pod comes from.
 *
 * @param workload who made it
 * @param created metadata.creationTimestamp; the epoch when it has none
 * @param carries what its containers carry
 */
public record Origin(Workload workload, Instant created, Set<CarriedIdentity> carries) {
  public Origin {
    carries = Set.copyOf(carries);
  }

  /** Of a pod that nobody made and that carries nothing. */
  public static Origin ofBarePod(String name) {
    return new Origin(new Workload("Pod", name), Instant.EPOCH, Set.of());
  }
}
