package io.iambridge.agent.podidentity;

import io.iambridge.agent.credentials.Credentials;
import io.iambridge.agent.http.Exchange;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.podidentity.EksAgent.Forwarded;
import io.iambridge.proto.v1.Reason;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A well-formed request that waits for its answer. */
final class Ask {
  private static final Logger LOG = LoggerFactory.getLogger(Ask.class);

  private final Exchange exchange;
  private final Token token;
  private final Instant deadline;
  private final Supplier<String> requestIds;
  private final AgentMetrics metrics;

  Ask(
      Exchange exchange,
      Token token,
      Instant deadline,
      Supplier<String> requestIds,
      AgentMetrics metrics) {
    this.exchange = exchange;
    this.token = token;
    this.deadline = deadline;
    this.requestIds = requestIds;
    this.metrics = metrics;
  }

  InetAddress peer() {
    return exchange.peer();
  }

  /**
   * Whether the node itself asks: its packets come from the address that they are redirected to.
   * From another machine that looks like this nobody gets an answer.
   */
  boolean fromThisNode() {
    return exchange.peer().equals(exchange.local());
  }

  Token token() {
    return token;
  }

  Instant deadline() {
    return deadline;
  }

  void answer(String roleArn, Credentials credentials, Instant now) {
    metrics.handedOut(Duration.between(now, credentials.expiration()));
    exchange.respond(Route.POD_IDENTITY, Answers.credentials(roleArn, credentials));
  }

  void refuse(Reason reason, String message) {
    String id = logged(reason, message);
    refuse(exchange, metrics, reason, Answers.refused(id, reason, message));
  }

  void refuse(Refusal refusal, String message) {
    String id = logged(refusal, message);
    refuse(exchange, metrics, refusal, Answers.refused(id, refusal, message));
  }

  void forwarded(Forwarded result) {
    switch (result) {
      case Forwarded.Answered(var response) -> exchange.respond(Route.POD_IDENTITY, response);
      case Forwarded.Failed(var refusal, var message) -> refuse(refusal, message);
    }
  }

  /** Pods in a loop must not fill the log: whoever looks for a request id asks for debug level. */
  private String logged(Enum<?> reason, String message) {
    String id = requestIds.get();
    LOG.atDebug()
        .addKeyValue("requestId", id)
        .addKeyValue("address", peer().getHostAddress())
        .addKeyValue("reason", reason)
        .log("A Pod Identity request is refused: {}", message);
    return id;
  }

  static void refuse(Exchange exchange, AgentMetrics metrics, Enum<?> reason, Response response) {
    metrics.refused(reason);
    exchange.respond(Route.POD_IDENTITY, response);
  }
}
