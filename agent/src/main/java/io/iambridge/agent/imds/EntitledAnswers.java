package io.iambridge.agent.imds;

import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Callers;
import io.iambridge.agent.callers.Entitlement.Binding;
import io.iambridge.agent.callers.Entitlement.Denial;
import io.iambridge.agent.callers.Entitlement.NoRole;
import io.iambridge.agent.credentials.Credentials;
import io.iambridge.agent.credentials.CredentialsCache;
import io.iambridge.agent.credentials.Outcome.Refuse;
import io.iambridge.agent.credentials.Outcome.Serve;
import io.iambridge.agent.credentials.Outcome.Unavailable;
import io.iambridge.agent.evidence.CallListener;
import io.iambridge.agent.http.Exchange;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.imds.ImdsRequest.GetCredentials;
import io.iambridge.agent.imds.ImdsRequest.OfCaller;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.proto.v1.Evidence.Outcome;
import io.iambridge.proto.v1.Evidence.Path;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Answers a known caller by what it may have. */
final class EntitledAnswers {
  private final Callers callers;
  private final CredentialsCache<Response> credentials;
  private final InstantSource clock;
  private final AgentMetrics metrics;
  private final CallListener calls;

  EntitledAnswers(
      Callers callers,
      CredentialsCache<Response> credentials,
      InstantSource clock,
      AgentMetrics metrics,
      CallListener calls) {
    this.callers = callers;
    this.credentials = credentials;
    this.clock = clock;
    this.metrics = metrics;
    this.calls = calls;
  }

  void answer(Exchange exchange, OfCaller request, Known caller, Instant deadline) {
    switch (caller.entitlement()) {
      case NoRole _ ->
          refuse(exchange, request, caller, Outcome.REFUSED, Refusal.NO_ROLE, Answers.NO_ROLE);
      case Denial denial ->
          refuse(
              exchange,
              request,
              caller,
              Outcome.REFUSED,
              denial.reason(),
              Answers.refused(denial.reason(), denial.message()));
      case Binding binding -> answer(exchange, request, caller, binding, deadline);
    }
  }

  private void answer(
      Exchange exchange, OfCaller request, Known caller, Binding binding, Instant deadline) {
    Role role = new Role(binding.roleArn());
    Instant now = clock.instant();
    Serve<Response> ready = credentials.ready(binding.session(), caller.podUid(), now);
    if (!(request instanceof GetCredentials wanted)) {
      Instant updated = ready == null ? now : ready.credentials().issued();
      exchange.respond(
          ImdsService.routeOf(request),
          request instanceof ImdsRequest.GetInfo
              ? Documents.info(role, updated)
              : Documents.roleList(role));
    } else if (!role.isSpelled(wanted.role())) {
      refuse(exchange, request, caller, Outcome.REFUSED, Refusal.OTHER_ROLE, Answers.OTHER_ROLE);
    } else if (ready != null) {
      serve(exchange, request, caller, ready, now);
    } else {
      Duration left = Duration.between(now, deadline);
      // A clock that is set back must not make anybody wait longer.
      Duration patience =
          left.isNegative() || left.compareTo(ImdsService.ANSWER_BUDGET) > 0 ? Duration.ZERO : left;
      credentials.get(
          binding.session(),
          caller.podUid(),
          patience,
          outcome -> arrived(exchange, request, caller, outcome));
    }
  }

  /**
   * On the thread that changes callers: what is true of the caller here stays true while we answer.
   */
  private void arrived(
      Exchange exchange,
      OfCaller request,
      Known caller,
      io.iambridge.agent.credentials.Outcome<Response> outcome) {
    if (!callers.find(exchange.peer()).equals(caller)) {
      refuse(
          exchange,
          request,
          caller,
          Outcome.UNAVAILABLE,
          Refusal.CALLER_CHANGED,
          Answers.CALLER_CHANGED);
      return;
    }
    switch (outcome) {
      case Serve<Response> serve -> serve(exchange, request, caller, serve, clock.instant());
      case Refuse<Response>(var reason, var message) ->
          refuse(
              exchange, request, caller, Outcome.REFUSED, reason, Answers.refused(reason, message));
      case Unavailable<Response>(var reason, var message) ->
          refuse(
              exchange,
              request,
              caller,
              Outcome.UNAVAILABLE,
              reason,
              Answers.unavailable(reason, message));
    }
  }

  private void serve(
      Exchange exchange, OfCaller request, Known caller, Serve<Response> serve, Instant now) {
    Credentials given = serve.credentials();
    metrics.handedOut(Duration.between(now, given.expiration()));
    calls.called(
        caller.podUid(),
        path(exchange),
        Outcome.SERVED,
        given.mechanism(),
        given.fallback(),
        userAgent(exchange));
    exchange.respond(ImdsService.routeOf(request), serve.rendered());
  }

  private void refuse(
      Exchange exchange,
      OfCaller request,
      Known caller,
      Outcome outcome,
      Enum<?> reason,
      Response response) {
    metrics.refused(reason);
    if (!(request instanceof ImdsRequest.GetInfo)) {
      calls.notServed(caller.podUid(), path(exchange), outcome, userAgent(exchange));
    }
    exchange.respond(ImdsService.routeOf(request), response);
  }

  private static Path path(Exchange exchange) {
    return exchange.headers().contains(ImdsService.TOKEN_HEADER) ? Path.IMDS_V2 : Path.IMDS_V1;
  }

  private static @Nullable String userAgent(Exchange exchange) {
    return exchange.headers().get(HttpHeaderNames.USER_AGENT);
  }
}
