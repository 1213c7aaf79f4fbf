package io.iambridge.agent;

import io.iambridge.agent.imds.Readiness;
import io.iambridge.agent.interception.Interception;
import io.iambridge.agent.upstream.CallerWatch;
import io.iambridge.common.admin.Health;
import java.util.Optional;

/**
 * The agent is ready as soon as it has once heard who is on its node. It stays ready when the
 * server goes: it can serve what it knows, and taking it out of service would help nobody on its
 * node. Where it is to intercept, it is ready only while pods' requests come to it.
 */
record AgentHealth(CallerWatch watch, Heartbeat heartbeat, Optional<Interception> interception)
    implements Health, Readiness {

  @Override
  public Optional<String> notLive() {
    return heartbeat.silence();
  }

  @Override
  public Optional<String> notReady() {
    if (!watch.everSynced()) {
      return Optional.of("the server has not yet told who is on this node");
    }
    return interception.flatMap(Interception::notInPlace);
  }

  @Override
  public Optional<String> notConnected() {
    return watch.live() ? Optional.empty() : Optional.of("no connection to the server");
  }
}
