package io.iambridge.server.migration;

import io.iambridge.server.cluster.NamespaceView;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.evidence.Heard;
import io.iambridge.server.modes.Target;
import io.iambridge.server.rehearsal.Rehearsed;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a namespace's status is made of.
 *
 * @param evidence empty when there is none
 * @param readAt when evidence was read; empty when it never could be
 * @param heard what the evidence of all namespaces tells of whether anybody watched
 * @param failing whether evidence waits that cannot be written
 * @param since when this server began to watch
 * @param rehearsed what came of its trials, by service account and role
 * @param settled whether all of them have been made
 */
public record Inputs(
    NamespaceView view,
    Target target,
    Optional<EvidenceStatus> evidence,
    Optional<Instant> readAt,
    Heard heard,
    boolean failing,
    Instant since,
    List<Rehearsed> rehearsed,
    boolean settled,
    Instant now) {
  public Inputs {
    rehearsed = List.copyOf(rehearsed);
  }
}
