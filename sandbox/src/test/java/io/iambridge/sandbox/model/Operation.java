package io.iambridge.sandbox.model;

/**
 * One step of a history. Its numbers are read modulo what there is to choose from at that moment,
 * so that it means something in every history, also in one that has lost steps.
 */
record Operation(Kind kind, int a, int b, int c) {
  /** What can happen, and how often it does, in comparison. */
  enum Kind {
    // Pods, as users and the kubelet have them.
    CREATE(12),
    SCHEDULE(4),
    START(18),
    POST(10),
    RESTART_SANDBOX(3),
    ANNOTATE(4),
    END(3),
    DELETE(5),
    KILL(6),
    REMOVE(5),
    FORCE_DELETE(1),
    // Namespaces.
    EDIT_NAMESPACE(3),
    DELETE_NAMESPACE(1),
    // What servers hear.
    TELL(16),
    TELL_ALL(5),
    TELL_AGAIN(3),
    LIST(4),
    LATE(4),
    RESTART_SERVER(1),
    // What agents hear.
    CUT(3),
    HOLD(4),
    DELIVER(5),
    RESTART_AGENT(1),
    // STS and time.
    STS(2),
    HOLD_STS(2),
    PASS(10),
    SETTLE(1);

    final int weight;

    Kind(int weight) {
      this.weight = weight;
    }
  }
}
