package io.iambridge.server.grpc;

/**
 * The agent whose call is being answered.
 *
 * @param node where it is
 * @param peer its address and port; empty when they are not known
 */
record Asker(String node, String peer) {
  /** To be called on the thread that the call came in on. */
  static Asker current() {
    return new Asker(CallerNode.current(), CallPeer.current());
  }
}
