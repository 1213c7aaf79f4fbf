package io.iambridge.server.evidence;

/**
 * Hears of calls that agents refused. They do so from memory, so the server learns of them from
 * evidence alone. Quick; never throws.
 */
@FunctionalInterface
public interface AttemptListener {
  /** Hears nothing. */
  AttemptListener NONE = _ -> {};

  /**
   * The pod asked in vain. Told once for each row of a report, and again when that is sent again.
   *
   * @param podUid of a pod of the node that told it
   */
  void refused(String podUid);
}
