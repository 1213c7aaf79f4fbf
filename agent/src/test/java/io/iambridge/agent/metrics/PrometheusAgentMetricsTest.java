package io.iambridge.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.address.Family;
import io.iambridge.agent.metrics.AgentMetrics.Confirmation;
import io.iambridge.agent.metrics.AgentMetrics.Fetch;
import io.iambridge.agent.metrics.AgentMetrics.Forward;
import io.iambridge.agent.metrics.AgentMetrics.ImdsVersion;
import io.iambridge.agent.metrics.AgentMetrics.Route;
import io.iambridge.agent.metrics.AgentMetrics.TokenReview;
import io.iambridge.proto.v1.Reason;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrometheusAgentMetricsTest {
  @Test
  void scrapeSaysWhatHappened() throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    PrometheusAgentMetrics metrics = new PrometheusAgentMetrics(registry, "1.2.3");
    metrics.answered(Route.ROLE_LIST, 200, Duration.ofMillis(2));
    metrics.answered(Route.ROLE_LIST, 200, Duration.ofMillis(2));
    metrics.refused(Reason.ROLE_NOT_PERMITTED);
    metrics.fetched(Fetch.FAILED);
    metrics.tokenReviewed(TokenReview.REFUSED);
    metrics.tokensVerified(7);
    metrics.forwarded(Forward.TOO_MANY);
    metrics.handedOut(Duration.ofMinutes(31));
    metrics.asked(ImdsVersion.V2);
    metrics.sessions(3);
    metrics.callers(4);
    metrics.parked(5);
    metrics.watchConnected(true);
    metrics.watchReconnects();
    metrics.connections(6);
    metrics.connectionRefused();
    metrics.intercepting(Family.IPV4, /* inPlace= */ true);
    metrics.intercepting(Family.IPV6, /* inPlace= */ false);
    metrics.interceptionRepaired();
    metrics.interceptionFailed();
    metrics.foreignRules(7);
    metrics.certificates(() -> Map.of("--ca", Instant.ofEpochSecond(1_893_456_000)));
    metrics.neighbourChanged();
    metrics.callerConfirmed(Confirmation.REFUSED);
    metrics.callerConfirmed(Confirmation.REFUSED);

    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(text, registry.scrape());
    assertThat(text.toString(StandardCharsets.UTF_8).lines())
        .contains(
            "iambridge_agent_requests_total{route=\"role_list\",status=\"200\"} 2.0",
            "iambridge_agent_request_seconds_bucket{route=\"role_list\",le=\"0.005\"} 2",
            "iambridge_agent_refusals_total{reason=\"role_not_permitted\"} 1.0",
            "iambridge_agent_credentials_fetches_total{result=\"failed\"} 1.0",
            "iambridge_agent_credentials_fetches_total{result=\"fetched\"} 0.0",
            "iambridge_agent_credentials_remaining_seconds_bucket{le=\"2700.0\"} 1",
            "iambridge_agent_token_reviews_total{result=\"refused\"} 1.0",
            "iambridge_agent_tokens_verified 7.0",
            "iambridge_agent_pod_identity_forwarded_total{result=\"too_many\"} 1.0",
            "iambridge_agent_imds_requests_total{version=\"v1\"} 0.0",
            "iambridge_agent_imds_requests_total{version=\"v2\"} 1.0",
            "iambridge_agent_sessions 3.0",
            "iambridge_agent_callers 4.0",
            "iambridge_agent_parked_requests 5.0",
            "iambridge_agent_watch_connected 1.0",
            "iambridge_agent_watch_reconnects_total 1.0",
            "iambridge_agent_connections 6.0",
            "iambridge_agent_connections_refused_total 1.0",
            "iambridge_agent_interception_in_place{family=\"ipv4\"} 1.0",
            "iambridge_agent_interception_in_place{family=\"ipv6\"} 0.0",
            "iambridge_agent_interception_repairs_total 1.0",
            "iambridge_agent_interception_failures_total 1.0",
            "iambridge_agent_interception_foreign_rules 7.0",
            "iambridge_agent_certificate_expiration_timestamp_seconds{file=\"--ca\"} 1.893456E9",
            "iambridge_agent_neighbour_changes_total 1.0",
            "iambridge_agent_caller_confirmations_total{result=\"refused\"} 2.0",
            "iambridge_agent_caller_confirmations_total{result=\"failed\"} 0.0",
            "iambridge_agent_build_info{version=\"1.2.3\"} 1");
  }
}
