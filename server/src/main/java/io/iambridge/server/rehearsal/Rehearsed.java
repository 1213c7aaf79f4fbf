package io.iambridge.server.rehearsal;

import io.iambridge.server.targets.Finding;
import java.time.Instant;
import java.util.Optional;

/**
 * What came of a trial.
 *
 * @param finding empty when it could not be tried
 * @param ownWords what the service said, or what stood in the way; one line, no secret
 * @param remedy what to change, in lines; empty when nothing is
 * @param since when it was tried first with this outcome
 */
public record Rehearsed(
    Trial trial, Optional<Finding> finding, String ownWords, String remedy, Instant since) {
  /** Of a trial that cannot be made now, as it is written. */
  public static final String NOT_TRIED = "not-tried";

  /** Whether the target mechanism gives the role. */
  public boolean isReady() {
    return finding.filter(Finding.READY::equals).isPresent();
  }

  /** The finding as it is written for people and programs. */
  public String word() {
    return finding.map(Finding::word).orElse(NOT_TRIED);
  }
}
