package io.iambridge.agent.imds;

import java.util.Optional;

/** What the agent says of itself at kiam's /health. Must not block. */
public interface Readiness {

  /** Why it cannot do its work yet, in one line; empty when it can. */
  Optional<String> notReady();

  /** Why it hears nothing from the server at this moment, in one line; empty when it does. */
  Optional<String> notConnected();
}
