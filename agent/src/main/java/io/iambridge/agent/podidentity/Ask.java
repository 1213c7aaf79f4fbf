package io.iambridge.agent.podidentity;

import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.credentials.Credentials;
import io.iambridge.agent.evidence.CallListener;
import io.iambridge.agent.http.Exchange;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.podidentity.EksAgent.Forwarded;
import io.iambridge.proto.v1.Evidence.Outcome;
import io.iambridge.proto.v1.Evidence.Path;
import io.iambridge.proto.v1.Mechanism;
import io.iambridge.proto.v1.Reason;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A well-formed request that waits for its answer. */
final class Ask {
  private static final Logger LOG = LoggerFactory.getLogger(Ask.class);

  private static final int OK = 200;
  private static final int SERVER_ERROR = 500;
  private static final int TOO_MANY_REQUESTS = 429;

  private final Exchange exchange;
  private final Token token;
  private final Instant deadline;
  private final Supplier<String> requestIds;
  private final AgentMetrics metrics;
  private final CallListener calls;

  /** Whose request it is; null until it is known. */
  private volatile @Nullable String podUid;

  Ask(
      Exchange exchange,
      Token token,
      Instant deadline,
      Supplier<String> requestIds,
      AgentMetrics metrics,
      CallListener calls) {
    this.exchange = exchange;
    this.token = token;
    this.deadline = deadline;
    this.requestIds = requestIds;
    this.metrics = metrics;
    this.calls = calls;
  }

  /** From now on it is this pod's, whatever it is answered. */
  void isOf(Known caller) {
    podUid = caller.podUid();
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
    called(Outcome.SERVED, credentials.mechanism(), credentials.fallback());
    exchange.respond(Route.POD_IDENTITY, Answers.credentials(roleArn, credentials));
  }

  void refuse(Reason reason, String message) {
    String id = logged(reason, message);
    refuse(reason, Answers.refused(id, reason, message));
  }

  void refuse(Refusal refusal, String message) {
    String id = logged(refusal, message);
    refuse(refusal, Answers.refused(id, refusal, message));
  }

  void forwarded(Forwarded result) {
    switch (result) {
      case Forwarded.Answered(var response) -> {
        Outcome outcome = outcome(response);
        called(
            outcome,
            outcome == Outcome.SERVED ? Mechanism.POD_IDENTITY : Mechanism.MECHANISM_UNSPECIFIED,
            /* fallback= */ false);
        exchange.respond(Route.POD_IDENTITY, response);
      }
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

  private void refuse(Enum<?> reason, Response response) {
    metrics.refused(reason);
    called(outcome(response), Mechanism.MECHANISM_UNSPECIFIED, /* fallback= */ false);
    exchange.respond(Route.POD_IDENTITY, response);
  }

  private void called(Outcome outcome, Mechanism mechanism, boolean fallback) {
    String uid = podUid;
    if (uid != null) {
      String userAgent = exchange.headers().get(HttpHeaderNames.USER_AGENT);
      calls.called(uid, Path.EKS_AGENT, outcome, mechanism, fallback, userAgent);
    }
  }

  /** Of 429 and 5xx clients are to try again; the other refusals last. */
  static Outcome outcome(Response response) {
    int status = response.status();
    if (status == OK) {
      return Outcome.SERVED;
    }
    return status >= SERVER_ERROR || status == TOO_MANY_REQUESTS
        ? Outcome.UNAVAILABLE
        : Outcome.REFUSED;
  }
}
