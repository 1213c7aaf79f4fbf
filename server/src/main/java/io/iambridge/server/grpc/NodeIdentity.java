package io.iambridge.server.grpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import java.util.Optional;

/** Tells which node a call comes from. The one place where that is decided. */
@FunctionalInterface
public interface NodeIdentity {
  /**
   * The name of the node; empty when the call does not show one. Runs on a virtual thread, so it
   * may block.
   *
   * @param headers of the call
   * @param connection what TLS proved of the peer, among others
   */
  Optional<String> nodeOf(Metadata headers, Attributes connection);
}
