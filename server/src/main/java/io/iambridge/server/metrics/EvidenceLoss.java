package io.iambridge.server.metrics;

/** Why something of a report is missing in the evidence. */
public enum EvidenceLoss {
  /** Its pod has been gone for long. */
  UNKNOWN_POD,
  /** The namespace's object was refused again and again. */
  REFUSED,
  /** The namespace has more workloads, or a workload more kinds of calls, than are kept. */
  NO_ROOM
}
