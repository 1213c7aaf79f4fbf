package io.iambridge.agent.http;

import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;

/**
 * A complete request, waiting for its answer. Its body, if it had one, is gone: no route has a use
 * for it.
 */
public interface Exchange {

  /** The method as sent, e.g. "GET". */
  String method();

  /** The request target as sent, undecoded. */
  String target();

  /** The request's headers. */
  HttpHeaders headers();

  /** Where the connection comes from: what the kernel says, never what a header says. */
  InetAddress peer();

  /** Whether it is the first request of its connection. */
  default boolean isFirst() {
    return true;
  }

  /** Which of this node's addresses the connection came to. */
  InetAddress local();

  /** Answers. Once, from any thread, and soon: the connection's next request waits for it. */
  void respond(Route route, Response response);
}
