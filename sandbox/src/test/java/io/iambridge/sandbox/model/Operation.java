package io.iambridge.sandbox.model;

/**
 * One step of a history. Its numbers are read modulo what there is to choose from at that moment,
 * so that it means something in every history, also in one that has lost steps.
 */
record Operation(Kind kind, int a, int b, int c) {
  @Override
  public String toString() {
    return kind + " " + a + " " + b + " " + c;
  }

  /** What can happen, and how often it does, in comparison. */
  enum Kind {
    // Pods, as users and the kubelet have them.
    CREATE(12),
    SCHEDULE(4),
    START(18),
    POST(6),
    RESTART_SANDBOX(2),
    ANNOTATE(3),
    END(3),
    DELETE(5),
    KILL(6),
    REMOVE(5),
    FORCE_DELETE(1),
    // Namespaces.
    EDIT_NAMESPACE(2),
    DELETE_NAMESPACE(1),
    // Modes.
    LABEL_NAMESPACE(3),
    LABEL_POD(1),
    EDIT_ACCOUNT(2),
    DELETE_ACCOUNT(1),
    TARGETS(1),
    // What servers hear.
    TELL(5),
    TELL_ALL(2),
    TELL_AGAIN(2),
    LIST(1),
    LATE(4),
    RESTART_SERVER(1),
    // What agents hear.
    CUT(10),
    HOLD(2),
    DELIVER(3),
    RESTART_AGENT(1),
    // STS and time.
    STS(1),
    HOLD_STS(1),
    PASS(14),
    SETTLE(1);

    final int weight;

    Kind(int weight) {
      this.weight = weight;
    }
  }
}
