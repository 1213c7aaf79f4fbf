package io.iambridge.agent.http;

/** Answers requests. */
@FunctionalInterface
public interface HttpService {

  /** Called on the connection's event loop; must not block. */
  void serve(Exchange exchange);
}
