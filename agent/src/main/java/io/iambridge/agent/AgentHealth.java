package io.iambridge.agent;

import io.iambridge.agent.imds.Readiness;
import io.iambridge.agent.upstream.CallerWatch;
import io.iambridge.common.admin.Health;
import java.util.Optional;

/**
 * The agent is ready as soon as it has once heard who is on its node. It stays ready when the
 * server goes: it can serve what it knows, and taking it out of service would help nobody on its
 * node.
 */
record AgentHealth(CallerWatch watch, Heartbeat heartbeat) implements Health, Readiness {

  @Override
  public Optional<String> notLive() {
    return heartbeat.silence();
  }

  @Override
  public Optional<String> notReady() {
    return watch.everSynced()
        ? Optional.empty()
        : Optional.of("the server has not yet told who is on this node");
  }

  @Override
  public Optional<String> notConnected() {
    return watch.live() ? Optional.empty() : Optional.of("no connection to the server");
  }
}
