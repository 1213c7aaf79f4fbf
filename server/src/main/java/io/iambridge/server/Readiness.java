package io.iambridge.server;

import io.iambridge.common.admin.Health;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** What the server says to Kubernetes' probes. */
final class Readiness implements Health {
  private static final Optional<String> STARTING =
      Optional.of("the whole cluster has not been seen yet");
  private static final Optional<String> DRAINING = Optional.of("shutting down");
  private static final String OUT_OF_TOUCH = "what is known of the cluster may be old: ";

  private final AtomicReference<Optional<String>> trouble = new AtomicReference<>(STARTING);

  /** Not when it is shutting down already: a list of the cluster may end just then. */
  void ready() {
    trouble.compareAndSet(STARTING, Optional.empty());
  }

  /**
   * What keeps us from watching the cluster, or nothing any more; only once it was {@link #ready}.
   *
   * @return whether that is news
   */
  boolean outOfTouch(Optional<String> why) {
    Optional<String> before =
        trouble.getAndUpdate(now ->
            now.equals(STARTING) || now.equals(DRAINING) ? now : why.map(OUT_OF_TOUCH::concat));
    return !before.equals(STARTING)
        && !before.equals(DRAINING)
        && before.isPresent() != why.isPresent();
  }

  void draining() {
    trouble.set(DRAINING);
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
