package io.iambridge.agent.imds;

import io.iambridge.agent.callers.Caller;
import io.iambridge.agent.callers.Caller.Ambiguous;
import io.iambridge.agent.callers.Caller.InDoubt;
import io.iambridge.agent.callers.Caller.Known;
import io.iambridge.agent.callers.Caller.Unknown;
import io.iambridge.agent.callers.Callers;
import io.iambridge.agent.credentials.CredentialsCache;
import io.iambridge.agent.evidence.CallListener;
import io.iambridge.agent.http.Exchange;
import io.iambridge.agent.http.HttpService;
import io.iambridge.agent.http.Response;
import io.iambridge.agent.imds.ImdsRequest.CreateToken;
import io.iambridge.agent.imds.ImdsRequest.GetCredentials;
import io.iambridge.agent.imds.ImdsRequest.GetInfo;
import io.iambridge.agent.imds.ImdsRequest.GetMetadata;
import io.iambridge.agent.imds.ImdsRequest.Health;
import io.iambridge.agent.imds.ImdsRequest.ListRole;
import io.iambridge.agent.imds.ImdsRequest.Malformed;
import io.iambridge.agent.imds.ImdsRequest.NotServed;
import io.iambridge.agent.imds.ImdsRequest.OfCaller;
import io.iambridge.agent.imds.ImdsRequest.Ping;
import io.iambridge.agent.imds.ImdsRequest.TokenForwarded;
import io.iambridge.agent.imds.ImdsRequest.TokenOnDatedVersion;
import io.iambridge.agent.imds.ImdsRequest.WrongMethod;
import io.iambridge.agent.metadata.AllowedRoutes;
import io.iambridge.agent.metadata.TrueMetadata;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.ImdsVersion;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The instance metadata service as pods see it.
 *
 * <p>How it works. What a request asks is told first; what depends on the caller waits until the
 * caller is known; then its session token is looked at, and only then what it may have.
 */
public final class ImdsService implements HttpService {
  /**
   * Within this time every request is answered, whatever it waits for: Go's SDK v2 gives up after
   * 500 ms without a header.
   */
  public static final Duration ANSWER_BUDGET = Duration.ofMillis(430);

  static final String TOKEN_HEADER = "X-aws-ec2-metadata-token";

  private final Callers callers;
  private final SessionTokens tokens;
  private final EntitledAnswers entitled;
  private final AllowedRoutes routes;
  private final TrueMetadata metadata;
  private final Readiness readiness;
  private final Settings settings;
  private final InstantSource clock;
  private final AgentMetrics metrics;

  /**
   * What operators choose.
   *
   * @param tokenRequired refuse requests without session token (--imds-v1=deny)
   * @param unknownCallerWait how long a caller may stay unknown before it is told so
   */
  public record Settings(boolean tokenRequired, Duration unknownCallerWait) {
    /** Checks that nobody waits longer than clients do. */
    public Settings {
      if (unknownCallerWait.isNegative() || unknownCallerWait.compareTo(ANSWER_BUDGET) > 0) {
        throw new IllegalArgumentException(
            "the wait for unknown callers must be 0 to " + ANSWER_BUDGET.toMillis() + "ms");
      }
    }
  }

  /**
   * Wires the service.
   *
   * @param routes what callers may have from the true metadata service
   * @param calls hears of every call for credentials
   */
  public ImdsService(
      Callers callers,
      CredentialsCache<Response> credentials,
      SessionTokens tokens,
      AllowedRoutes routes,
      TrueMetadata metadata,
      Readiness readiness,
      Settings settings,
      InstantSource clock,
      AgentMetrics metrics,
      CallListener calls) {
    this.callers = callers;
    this.tokens = tokens;
    this.entitled = new EntitledAnswers(callers, credentials, clock, metrics, calls);
    this.routes = routes;
    this.metadata = metadata;
    this.readiness = readiness;
    this.settings = settings;
    this.clock = clock;
    this.metrics = metrics;
  }

  @Override
  public void serve(Exchange exchange) {
    ImdsRequest request =
        ImdsRequest.parse(exchange.method(), exchange.target(), exchange.headers(), routes);
    switch (request) {
      case OfCaller ofCaller -> serve(exchange, ofCaller);
      case Ping _ -> exchange.respond(Route.PING, Answers.PONG);
      case Health health -> exchange.respond(Route.HEALTH, health(health));
      case NotServed _ -> exchange.respond(Route.OTHER, Answers.NOT_SERVED);
      case WrongMethod wrong -> exchange.respond(Route.OTHER, Answers.wrongMethod(wrong.allow()));
      case TokenOnDatedVersion _ -> exchange.respond(Route.TOKEN, Answers.TOKEN_ON_DATED_VERSION);
      case TokenForwarded _ -> exchange.respond(Route.TOKEN, Answers.TOKEN_FORWARDED);
      case Malformed malformed -> exchange.respond(Route.OTHER, Answers.malformed(malformed.why()));
    }
  }

  private Response health(Health health) {
    Optional<String> trouble = readiness.notReady();
    if (trouble.isEmpty() && health.deep()) {
      trouble = readiness.notConnected();
    }
    return trouble.map(Answers::unhealthy).orElse(Answers.HEALTHY);
  }

  private void serve(Exchange exchange, OfCaller request) {
    Instant arrived = clock.instant();
    String token = exchange.headers().get(TOKEN_HEADER);
    if (token == null && settings.tokenRequired() && !(request instanceof CreateToken)) {
      refuse(exchange, request, Refusal.TOKEN_MISSING, Answers.TOKEN_MISSING);
      return;
    }
    Caller caller = callers.find(exchange.peer());
    if (!Caller.isAwaited(caller)) {
      serve(exchange, request, token, caller, arrived);
    } else if (!callers.await(
        exchange.peer(),
        settings.unknownCallerWait(),
        found -> serve(exchange, request, token, found, arrived))) {
      refuse(exchange, request, Refusal.TOO_MANY_WAITING, Answers.TOO_MANY_WAITING);
    }
  }

  private void serve(
      Exchange exchange, OfCaller request, @Nullable String token, Caller caller, Instant arrived) {
    switch (caller) {
      case Unknown _ -> refuse(exchange, request, Refusal.CALLER_UNKNOWN, Answers.CALLER_UNKNOWN);
      case InDoubt _ -> refuse(exchange, request, Refusal.CALLER_IN_DOUBT, Answers.CALLER_IN_DOUBT);
      case Ambiguous _ ->
          refuse(exchange, request, Refusal.CALLER_AMBIGUOUS, Answers.CALLER_AMBIGUOUS);
      case Known known -> {
        if (request instanceof CreateToken create) {
          Instant expiry = clock.instant().plusSeconds(create.ttlSeconds());
          exchange.respond(
              Route.TOKEN,
              Answers.token(tokens.create(known.podUid(), expiry), create.ttlSeconds()));
          return;
        }
        metrics.asked(token == null ? ImdsVersion.V1 : ImdsVersion.V2);
        if (token != null && !tokens.verify(token, known.podUid(), clock.instant())) {
          refuse(exchange, request, Refusal.TOKEN_INVALID, Answers.TOKEN_INVALID);
        } else if (request instanceof GetMetadata(var path)) {
          // No caller's role matters here: what is told of the node is the same for all.
          metadata.ask(
              path,
              exchange.peer(),
              patience(arrived.plus(ANSWER_BUDGET)),
              answer -> exchange.respond(Route.METADATA, answer));
        } else {
          entitled.answer(exchange, request, known, arrived.plus(ANSWER_BUDGET));
        }
      }
    }
  }

  private Duration patience(Instant deadline) {
    Duration left = Duration.between(clock.instant(), deadline);
    // A clock that is set back must not make anybody wait longer.
    return left.isNegative() || left.compareTo(ANSWER_BUDGET) > 0 ? Duration.ZERO : left;
  }

  private void refuse(Exchange exchange, OfCaller request, Refusal reason, Response response) {
    metrics.refused(reason);
    exchange.respond(routeOf(request), response);
  }

  static Route routeOf(OfCaller request) {
    return switch (request) {
      case CreateToken _ -> Route.TOKEN;
      case ListRole _ -> Route.ROLE_LIST;
      case GetCredentials _ -> Route.CREDENTIALS;
      case GetInfo _ -> Route.IAM_INFO;
      case GetMetadata _ -> Route.METADATA;
    };
  }
}
