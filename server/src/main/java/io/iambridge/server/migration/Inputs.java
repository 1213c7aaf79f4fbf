package io.iambridge.server.migration;

import io.iambridge.server.cluster.NamespaceView;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.rehearsal.Rehearsed;
import io.iambridge.server.rehearsal.Target;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a namespace's status is made of.
 *
 * @param evidence empty when there is none
 * @param rehearsed what came of its trials, by service account and role
 * @param settled whether all of them have been made
 */
public record Inputs(
    NamespaceView view,
    Target target,
    Optional<EvidenceStatus> evidence,
    List<Rehearsed> rehearsed,
    boolean settled,
    Instant now) {
  public Inputs {
    rehearsed = List.copyOf(rehearsed);
  }
}
