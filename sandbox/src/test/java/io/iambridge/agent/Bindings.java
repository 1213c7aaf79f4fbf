package io.iambridge.agent;

import io.iambridge.agent.callers.BindingListener;
import io.iambridge.agent.credentials.CredentialsCache;
import io.iambridge.agent.podidentity.VerifiedTokens;

/** The agent's own wire from its mirror of callers to its credentials. */
public final class Bindings {
  private Bindings() {}

  /** What {@link Agent} puts between the two. */
  public static BindingListener of(CredentialsCache<?> credentials, VerifiedTokens tokens) {
    return new SessionBindings(credentials, tokens);
  }
}
