package io.iambridge.server;

import io.iambridge.common.admin.Health;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** What the server says to Kubernetes' probes. */
final class Readiness implements Health {
  private static final Optional<String> STARTING =
      Optional.of("the whole cluster has not been seen yet");

  private final AtomicReference<Optional<String>> trouble = new AtomicReference<>(STARTING);

  /** Not when it is shutting down already: a list of the cluster may end just then. */
  void ready() {
    trouble.compareAndSet(STARTING, Optional.empty());
  }

  void draining() {
    trouble.set(Optional.of("shutting down"));
  }

  /**
   * Nothing here is mended by a restart: watches renew themselves, and a server without Kubernetes
   * or STS still answers from what it knows.
   */
  @Override
  public Optional<String> notLive() {
    return Optional.empty();
  }

  @Override
  public Optional<String> notReady() {
    return trouble.get();
  }
}
