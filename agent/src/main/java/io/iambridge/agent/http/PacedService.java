package io.iambridge.agent.http;

import io.iambridge.agent.address.AddressPace;
import io.iambridge.agent.metrics.AgentMetrics;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import java.util.function.LongSupplier;

/**
 * A service for callers that do not ask too fast; others are told so before anything is looked at.
 * Who is unknown is a caller too.
 */
public final class PacedService implements HttpService {
  private final HttpService service;
  private final AddressPace pace;
  private final AgentMetrics metrics;

  /** Why a caller is told 429. */
  private enum Refusal {
    /** More requests from its address than --caller-rate and --caller-burst allow. */
    CALLER_TOO_FAST
  }

  private PacedService(HttpService service, AddressPace pace, AgentMetrics metrics) {
    this.service = service;
    this.pace = pace;
    this.metrics = metrics;
  }

  /** The service, behind the limits' rate if they have one. */
  public static HttpService of(
      HttpService service, CallerLimits limits, LongSupplier nanos, AgentMetrics metrics) {
    return limits.rate() == 0
        ? service
        : new PacedService(service, new AddressPace(limits.rate(), limits.burst(), nanos), metrics);
  }

  @Override
  public void serve(Exchange exchange) {
    if (pace.take(exchange.peer())) {
      service.serve(exchange);
    } else {
      metrics.refused(Refusal.CALLER_TOO_FAST);
      exchange.respond(Route.OTHER, HttpErrors.TOO_FAST);
    }
  }
}
