package io.iambridge.agent.evidence;

import io.iambridge.proto.v1.Evidence.Outcome;
import io.iambridge.proto.v1.Evidence.Path;
import io.iambridge.proto.v1.Mechanism;
import org.jspecify.annotations.Nullable;

/**
 * Hears of every call of a known pod for credentials: of each GET of a credentials document and of
 * 169.254.170.23, and of a role list that is refused, where SDKs stop. A request that shows no good
 * session token is none yet: its client gets a token and asks again.
 */
@FunctionalInterface
public interface CallListener {
  /** Hears nothing. */
  CallListener NONE = (podUid, path, outcome, mechanism, fallback, userAgent) -> {};

  /**
   * A call was answered. Called from event loops: quick, and never throws.
   *
   * @param mechanism what gave the credentials; unspecified when there are none
   * @param fallback whether another mechanism was wanted, and failed
   * @param userAgent as it was sent; null for none
   */
  void called(
      String podUid,
      Path path,
      Outcome outcome,
      Mechanism mechanism,
      boolean fallback,
      @Nullable String userAgent);

  /** A call was answered without credentials. */
  default void notServed(String podUid, Path path, Outcome outcome, @Nullable String userAgent) {
    called(
        podUid, path, outcome, Mechanism.MECHANISM_UNSPECIFIED, /* fallback= */ false, userAgent);
  }
}
