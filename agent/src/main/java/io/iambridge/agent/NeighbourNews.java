package io.iambridge.agent;

import io.iambridge.agent.callers.Callers;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.neighbours.Neighbours;
import java.net.InetAddress;
import java.util.concurrent.Executor;

/** Counts the changes that matter, and lets requests go on that waited for what was missed. */
record NeighbourNews(Callers callers, Executor state, AgentMetrics metrics)
    implements Neighbours.Listener {

  @Override
  public void changed(InetAddress address) {
    if (callers.isPlaced(address)) {
      metrics.neighbourChanged();
    }
  }

  @Override
  public void settledAgain() {
    state.execute(callers::peersSettled);
  }
}
