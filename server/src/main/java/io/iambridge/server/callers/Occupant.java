package io.iambridge.server.callers;

import java.util.List;

/** Who is at an address of a node. */
public sealed interface Occupant {
  /** This caller. */
  record One(Caller caller) implements Occupant {}

  /**
   * Several pods that cannot be told apart; nobody is answered.
   *
   * @param pods {@code namespace/name} of each, sorted
   */
  record Several(List<String> pods) implements Occupant {
    public Several {
      pods = List.copyOf(pods);
    }
  }

  /** No caller, or none any more. */
  record Nobody() implements Occupant {}
}
