package io.iambridge.sandbox.model;

import io.iambridge.agent.http.Bodies;
import io.iambridge.agent.http.Exchange;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.time.Instant;

/** A request of a pod, which goes on as SDKs do: the role list, then that role's credentials. */
final class Question implements Exchange {
  static final String LIST = "/latest/meta-data/iam/security-credentials/";

  final ModelPod asker;
  final int node;
  final ModelAgent agent;
  final Instant asked;
  private final InetAddress address;
  private final String role;
  private final Asking asking;
  private boolean answered;

  /** Hears of the answer. */
  interface Asking {
    void answered(Question question, int status, String body);

    /** Hears of an answer too many. */
    void answeredAgain(Question question);
  }

  /**
   * @param role empty for the role list
   */
  Question(
      ModelPod asker,
      InetAddress address,
      ModelAgent agent,
      String role,
      Instant asked,
      Asking asking) {
    this.asker = asker;
    this.node = asker.node;
    this.address = address;
    this.agent = agent;
    this.role = role;
    this.asked = asked;
    this.asking = asking;
  }

  boolean forCredentials() {
    return !role.isEmpty();
  }

  /** Whether the one who asked is still there to take the answer. */
  boolean connected() {
    return asker.running
        && !agent.stopped()
        && (asker.hostNetwork || asker.addresses.contains(address));
  }

  @Override
  public void respond(Route route, Response response) {
    if (answered) {
      asking.answeredAgain(this);
      return;
    }
    answered = true;
    asking.answered(this, response.status(), Bodies.of(response));
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public String target() {
    return LIST + role;
  }

  @Override
  public HttpHeaders headers() {
    return EmptyHttpHeaders.INSTANCE;
  }

  @Override
  public InetAddress peer() {
    return address;
  }

  @Override
  public InetAddress local() {
    return address;
  }

  @Override
  public String toString() {
    return asker + " at " + address.getHostAddress() + " of " + Cluster.nodeName(node);
  }
}
