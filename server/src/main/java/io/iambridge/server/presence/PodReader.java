package io.iambridge.server.presence;

import io.iambridge.server.cluster.Pod;
import java.util.Optional;

/** Reads single pods from Kubernetes. */
@FunctionalInterface
public interface PodReader {
  /**
   * The pod as it is now, not as some cache of it was; blocks, for a bounded time.
   *
   * @return empty when there is no pod of that name
   * @throws PodReadException when there is no answer
   */
  Optional<Pod> read(String namespace, String name) throws PodReadException;
}
