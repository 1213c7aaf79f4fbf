package io.iambridge.agent.callers;

import java.util.List;

/** Who calls from an address, as far as the server has told. */
public sealed interface Caller {

  /** The server has not told of anybody at the address. */
  Caller UNKNOWN = new Unknown();

  /**
   * The server has told of a pod, but somebody else came to be behind the address since: nobody is
   * answered until the server confirms the pod or tells of another.
   */
  Caller IN_DOUBT = new InDoubt();

  /** A pod, and what it may have. */
  record Known(String podUid, String namespace, String podName, Entitlement entitlement)
      implements Caller {
    /** Checks that the pod can be told from others: session tokens are bound to its UID. */
    public Known {
      if (podUid.isEmpty()) {
        throw new IllegalArgumentException(
            "a caller without pod UID: " + namespace + "/" + podName);
      }
    }
  }

  /** Several live pods claim the address ("namespace/name" each); nobody is answered. */
  record Ambiguous(List<String> pods) implements Caller {
    /** Copies the list. */
    public Ambiguous {
      pods = List.copyOf(pods);
    }
  }

  /** See {@link #UNKNOWN}. */
  record Unknown() implements Caller {}

  /** See {@link #IN_DOUBT}. */
  record InDoubt() implements Caller {}

  /** Whether it may become another one within a request's time, so that waiting is worth it. */
  static boolean isAwaited(Caller caller) {
    return caller instanceof Unknown || caller instanceof InDoubt;
  }
}
