package io.iambridge.agent.podidentity;

import io.iambridge.agent.callers.Caller;
import io.iambridge.agent.callers.Caller.Ambiguous;
import io.iambridge.agent.callers.Caller.InDoubt;
import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Caller.Unknown;
import io.iambridge.agent.callers.Callers;
import io.iambridge.agent.callers.Entitlement;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.callers.Entitlement.Denial;
import io.iambridge.agent.callers.Entitlement.NoRole;
import io.iambridge.agent.credentials.CredentialsCache;
import io.iambridge.agent.credentials.Outcome;
import io.iambridge.agent.credentials.Outcome.Refuse;
import io.iambridge.agent.credentials.Outcome.Serve;
import io.iambridge.agent.credentials.Outcome.Unavailable;
import io.iambridge.agent.evidence.CallListener;
import io.iambridge.agent.http.Exchange;
import io.iambridge.agent.http.HttpService;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.podidentity.PodIdentityRequest.Asked;
import io.iambridge.agent.podidentity.PodIdentityRequest.Rejected;
import io.iambridge.agent.podidentity.Review.Failed;
import io.iambridge.agent.podidentity.Review.Refused;
import io.iambridge.agent.podidentity.Review.Verified;
import io.iambridge.proto.v1.Evidence.Path;
import io.iambridge.proto.v1.Reason;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/**
 * The EKS Pod Identity endpoint as pods see it.
 *
 * <p>How it works. A caller that its address tells must also show a token of its own: one that is
 * verified is served from memory, another is reviewed by the server first. Where the address is the
 * node's own, the token may be a hostNetwork pod's, which is asked of the server at once; else the
 * request waits for news of its pod as any other does. Everything that follows a review happens on
 * the state thread, so what is true of the caller there stays true while it is answered.
 */
public final class PodIdentityService implements HttpService {
  /**
   * Within this time every request is answered that is not handed to the EKS agent: the JavaScript
   * SDK waits no longer than 1 s.
   */
  public static final Duration ANSWER_BUDGET = Duration.ofMillis(900);

  private static final Duration REVIEW_AGAIN = Duration.ofMillis(300);

  private final Callers callers;
  private final CredentialsCache<?> credentials;
  private final VerifiedTokens verified;
  private final Reviews reviews;
  private final HostNetworkPods hostNetworkPods;
  private final Optional<EksAgent> eksAgent;
  private final Duration unknownCallerWait;
  private final Supplier<String> requestIds;
  private final InstantSource clock;
  private final AgentMetrics metrics;
  private final CallListener calls;

  /**
   * Wires the service.
   *
   * @param eksAgent who is handed the requests of callers without a binding; empty answers them
   * @param unknownCallerWait how long a caller may stay unknown
   * @param requestIds names requests in refusals and in the log
   * @param state the state thread
   * @param calls hears of every call of a known caller
   */
  public PodIdentityService(
      Callers callers,
      CredentialsCache<?> credentials,
      VerifiedTokens verified,
      TokenServer server,
      Optional<EksAgent> eksAgent,
      Duration unknownCallerWait,
      Supplier<String> requestIds,
      ScheduledExecutorService state,
      InstantSource clock,
      AgentMetrics metrics,
      CallListener calls) {
    this.callers = callers;
    this.credentials = credentials;
    this.verified = verified;
    this.reviews = new Reviews(server, state, metrics);
    this.hostNetworkPods = new HostNetworkPods(server);
    this.eksAgent = eksAgent;
    this.unknownCallerWait = unknownCallerWait;
    this.requestIds = requestIds;
    this.clock = clock;
    this.metrics = metrics;
    this.calls = calls;
  }

  /** This service where it is asked for, and the others for all else. */
  public HttpService before(HttpService others) {
    String withQuery = PodIdentityRequest.PATH + "?";
    return exchange -> {
      String target = exchange.target();
      if (target.equals(PodIdentityRequest.PATH) || target.startsWith(withQuery)) {
        serve(exchange);
      } else {
        others.serve(exchange);
      }
    };
  }

  @Override
  public void serve(Exchange exchange) {
    Instant deadline = clock.instant().plus(ANSWER_BUDGET);
    switch (PodIdentityRequest.parse(exchange.headers())) {
      case Rejected(var refusal, var response) -> reject(exchange, refusal, response);
      case Asked(var token) ->
          serve(new Ask(exchange, token, deadline, requestIds, metrics, calls));
    }
  }

  private void reject(Exchange exchange, Refusal refusal, Response response) {
    metrics.refused(refusal);
    if (callers.find(exchange.peer()) instanceof Known known) {
      String userAgent = exchange.headers().get(HttpHeaderNames.USER_AGENT);
      calls.notServed(known.podUid(), Path.EKS_AGENT, Ask.outcome(response), userAgent);
    }
    exchange.respond(Route.POD_IDENTITY, response);
  }

  private void serve(Ask ask) {
    switch (callers.find(ask.peer())) {
      case Unknown _ when eksAgent.isEmpty() && ask.fromThisNode() -> proveByTokenAlone(ask);
      case Unknown _, InDoubt _ -> awaitCaller(ask);
      case Caller found -> serve(ask, found);
    }
  }

  private void serve(Ask ask, Caller found) {
    switch (found) {
      case Unknown _ -> handOver(ask, new NoRole(), Refusal.CALLER_UNKNOWN);
      case InDoubt _ ->
          ask.refuse(Refusal.CALLER_IN_DOUBT, "another pod may be at this address now");
      case Ambiguous _ -> ask.refuse(Refusal.CALLER_AMBIGUOUS, "several pods claim this address");
      case Known known -> {
        ask.isOf(known);
        switch (known.entitlement()) {
          case Binding binding -> prove(ask, known, binding);
          case Denial denial -> handOver(ask, denial, Refusal.NO_ROLE);
          case NoRole none -> handOver(ask, none, Refusal.NO_ROLE);
        }
      }
    }
  }

  /** We have nothing for it; the EKS agent may. */
  private void handOver(Ask ask, Entitlement why, Refusal refusal) {
    if (eksAgent.isPresent()) {
      eksAgent.get().forward(ask.token(), ask.peer(), result -> ask.forwarded(result));
    } else if (why instanceof Denial denial) {
      ask.refuse(denial.reason(), denial.message());
    } else {
      ask.refuse(
          refusal,
          refusal == Refusal.NO_ROLE
              ? "this pod has no role: annotation iam.amazonaws.com/role is missing"
              : "no pod is known at this address yet");
    }
  }

  private void prove(Ask ask, Known caller, Binding binding) {
    if (verified.isFresh(ask.token().hash(), caller.podUid(), clock.instant())) {
      answer(ask, caller, binding);
      return;
    }
    reviews.review(
        ask.token(),
        ask.peer(),
        patience(ask, caller.podUid()),
        review -> reviewed(ask, caller.podUid(), review));
  }

  /** A token that serves without a review if need be is not worth a whole answer's time. */
  private Duration patience(Ask ask, String podUid) {
    Duration left = left(ask);
    return verified.isHeld(ask.token().hash(), podUid) && left.compareTo(REVIEW_AGAIN) > 0
        ? REVIEW_AGAIN
        : left;
  }

  private void reviewed(Ask ask, String podUid, Optional<Review> review) {
    if (!(callers.find(ask.peer()) instanceof Known caller && caller.podUid().equals(podUid))) {
      callerChanged(ask);
      return;
    }
    Token.Hash token = ask.token().hash();
    Instant now = clock.instant();
    switch (review.orElse(null)) {
      case null -> {
        if (!answerUnreviewed(ask, caller, now)) {
          tooManyReviews(ask);
        }
      }
      case Verified found when !found.caller().podUid().equals(podUid) ->
          // The server knows of a change that has not come yet.
          callerChanged(ask);
      case Verified found -> {
        if (caller.entitlement() instanceof Binding binding) {
          verified.add(token, podUid, found.expiration(), now);
          answer(ask, caller, binding);
        } else {
          serve(ask, caller);
        }
      }
      case Refused(var reason, var message) -> {
        if (reason != Reason.CALLER_UNKNOWN) {
          verified.forget(token, podUid);
        }
        ask.refuse(reason, message);
      }
      case Failed(var reason, var message, var _) -> {
        if (!answerUnreviewed(ask, caller, now)) {
          ask.refuse(reason, message);
        }
      }
    }
  }

  private boolean answerUnreviewed(Ask ask, Known caller, Instant now) {
    if (caller.entitlement() instanceof Binding binding
        && verified.isGoodWithoutServer(ask.token().hash(), caller.podUid(), now)) {
      answer(ask, caller, binding);
      return true;
    }
    return false;
  }

  private void answer(Ask ask, Known caller, Binding binding) {
    Instant now = clock.instant();
    Serve<?> ready = credentials.ready(binding.session(), caller.podUid(), now);
    if (ready != null) {
      ask.answer(binding.roleArn(), ready.credentials(), now);
    } else {
      credentials.get(
          binding.session(),
          caller.podUid(),
          left(ask),
          outcome -> arrived(ask, caller, binding, outcome));
    }
  }

  private void arrived(Ask ask, Known caller, Binding binding, Outcome<?> outcome) {
    if (!callers.find(ask.peer()).equals(caller)) {
      callerChanged(ask);
      return;
    }
    switch (outcome) {
      case Serve<?> serve -> ask.answer(binding.roleArn(), serve.credentials(), clock.instant());
      case Refuse<?>(var reason, var message) -> ask.refuse(reason, message);
      case Unavailable<?>(var reason, var message) -> ask.refuse(reason, message);
    }
  }

  private void proveByTokenAlone(Ask ask) {
    reviews.review(
        ask.token(),
        ask.peer(),
        left(ask),
        review -> {
          switch (review.orElse(null)) {
            case null -> tooManyReviews(ask);
            case Verified found when found.hostNetwork() -> {
              if (callers.find(ask.peer()) instanceof Unknown) {
                hostNetworkPods.answer(ask, found.caller(), left(ask), clock);
              } else {
                callerChanged(ask);
              }
            }
            case Refused(var reason, var message) when reason != Reason.CALLER_UNKNOWN ->
                ask.refuse(reason, message);
            // A pod whose news are on their way, or nobody.
            case Verified _, Refused _, Failed _ -> awaitCaller(ask);
          }
        });
  }

  private void awaitCaller(Ask ask) {
    Duration left = left(ask);
    Duration patience = left.compareTo(unknownCallerWait) < 0 ? left : unknownCallerWait;
    if (!callers.await(ask.peer(), patience, found -> serve(ask, found))) {
      ask.refuse(Refusal.TOO_MANY_WAITING, "too many requests from unknown addresses");
    }
  }

  private static void callerChanged(Ask ask) {
    ask.refuse(Refusal.CALLER_CHANGED, "the pod at this address has just changed");
  }

  private static void tooManyReviews(Ask ask) {
    ask.refuse(Refusal.TOO_MANY_REVIEWS, "too many tokens of this address are being reviewed");
  }

  private Duration left(Ask ask) {
    Duration left = Duration.between(clock.instant(), ask.deadline());
    // A clock that is set back must not make anybody wait longer.
    return left.isNegative() || left.compareTo(ANSWER_BUDGET) > 0 ? Duration.ZERO : left;
  }
}
