package io.iambridge.server.metrics;

/** What became of a change of an object that keeps evidence. */
public enum EvidenceWrite {
  /** It is kept. */
  WRITTEN,
  /** Somebody else was first; it is tried again. */
  CONFLICT,
  /** It is tried again later. */
  FAILED,
  /** It is not permitted, or too large: it is tried some times more, and then dropped. */
  REFUSED
}
