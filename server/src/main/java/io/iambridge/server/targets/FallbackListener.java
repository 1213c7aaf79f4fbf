package io.iambridge.server.targets;

import io.iambridge.server.credentials.Session;

/** Hears that a session's own mechanism failed and its fallback was taken. Quick; never throws. */
@FunctionalInterface
public interface FallbackListener {
  /** Hears nothing. */
  FallbackListener NONE = (_, _, _) -> {};

  /**
   * The target was tried and gave nothing, so that the session's fallback is taken instead.
   *
   * @param session whose mechanism is web identity or pod identity
   * @param finding why
   * @param ownWords what the service said, in one line; no secret
   */
  void fellBack(Session session, Finding finding, String ownWords);
}
