package io.iambridge.common.admin;

import java.util.Optional;

/**
 * What a program says of itself to Kubernetes' probes. Called by the admin endpoint's threads; must
 * not block.
 */
public interface Health {
  /** Why a restart would help, in one line; empty while alive. */
  Optional<String> notLive();

  /** Why no traffic should come, in one line; empty when ready. */
  Optional<String> notReady();
}
