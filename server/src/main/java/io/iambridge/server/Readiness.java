package io.iambridge.server;

import io.iambridge.common.admin.Health;
import java.util.Optional;

/** What the server says to Kubernetes' probes. */
final class Readiness implements Health {
  private volatile Optional<String> trouble =
      Optional.of("the whole cluster has not been seen yet");

  void ready() {
    trouble = Optional.empty();
  }

  void draining() {
    trouble = Optional.of("shutting down");
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
    return trouble;
  }
}
