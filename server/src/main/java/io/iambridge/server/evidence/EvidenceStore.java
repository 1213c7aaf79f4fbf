package io.iambridge.server.evidence;

import java.util.Map;

/** Where evidence is kept: one object of each namespace. Every call may block for seconds. */
public interface EvidenceStore {
  /**
   * What is kept of a namespace.
   *
   * @param version for {@link #write}; empty when there is no object
   */
  record Stored(EvidenceStatus status, String version) {
    /** There is no object. */
    public static final Stored NONE = new Stored(EvidenceStatus.EMPTY, "");
  }

  /** What became of a change. */
  enum Outcome {
    /** It is kept. */
    WRITTEN,
    /** Somebody else changed the object meanwhile: it is to be read again. */
    CONFLICT,
    /** The namespace is no more, or about to go: there is nothing to be kept. */
    GONE
  }

  /** Reads a namespace's object. */
  Stored read(String namespace) throws EvidenceStoreException;

  /** Creates it, or replaces it if it still is the one that was read. */
  Outcome write(String namespace, EvidenceStatus status, String version)
      throws EvidenceStoreException;

  /** Everything that is kept, by namespace. */
  Map<String, EvidenceStatus> list() throws EvidenceStoreException;
}
