package io.iambridge.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.wire.AgentAuth;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.Happening;
import io.iambridge.server.audit.SecurityEvent;
import io.iambridge.server.modes.Mode;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrometheusServerMetricsTest {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ServerMetrics metrics = new PrometheusServerMetrics(registry, "1.2.3");

  @Test
  void everyMetricIsScraped() throws IOException {
    metrics.watchEvent(Watched.PODS);
    metrics.listed(Watched.NAMESPACES);
    metrics.watchFailed(Watched.SERVICE_ACCOUNTS);
    metrics.objectSkipped(Watched.PODS);
    metrics.watchAge(Watched.PODS, () -> 12.5);
    metrics.event(EventOutcome.DROPPED);
    metrics.stsCall(StsOutcome.DENIED, Duration.ofMillis(70));
    metrics.stsLoad(() -> 3, () -> 4);
    metrics.agentConnected();
    metrics.agentConnected();
    metrics.agentDisconnected();
    metrics.callersPushed(5);
    metrics.credentialsServed(Duration.ofMillis(2));
    metrics.refused(Reason.OTHER_NODE);
    metrics.denied(Reason.INVALID_ROLE);
    metrics.ambiguousAddress();
    metrics.sessions(() -> 6);
    metrics.modes(Watched.NAMESPACES, mode -> mode == Mode.POD_IDENTITY ? 7 : 0, () -> 8);
    metrics.fallenBack(() -> 9);
    metrics.agentAuth(AgentAuth.SHARED_CERTIFICATE);
    metrics.certificates(
        () -> Map.of("--cert", Instant.ofEpochSecond(1_893_456_000), "--ca", Instant.EPOCH));
    metrics.certificateRefused();
    metrics.securityEvent(SecurityEvent.Kind.NODE_MISMATCH);
    metrics.audited(Happening.ISSUED);
    metrics.audited(Happening.ISSUED);
    metrics.auditLost();
    assertThat(scrape())
        .contains(
            "iambridge_server_build_info{version=\"1.2.3\"} 1",
            "iambridge_server_watch_events_total{kind=\"pods\"} 1.0",
            "iambridge_server_watch_lists_total{kind=\"namespaces\"} 1.0",
            "iambridge_server_watch_failures_total{kind=\"service_accounts\"} 1.0",
            "iambridge_server_objects_skipped_total{kind=\"pods\"} 1.0",
            "iambridge_server_watch_last_event_age_seconds{kind=\"pods\"} 12.5",
            "iambridge_server_kubernetes_events_total{outcome=\"dropped\"} 1.0",
            "iambridge_server_sts_call_duration_seconds_bucket{outcome=\"denied\",le=\"0.1\"} 1",
            "iambridge_server_sts_calls_in_flight 3.0",
            "iambridge_server_sts_calls_waiting 4.0",
            "iambridge_server_agents_connected 1.0",
            "iambridge_server_callers_pushed_total 5.0",
            "iambridge_server_credentials_request_duration_seconds_count 1",
            "iambridge_server_refusals_total{reason=\"other_node\"} 1.0",
            "iambridge_server_denials_total{reason=\"invalid_role\"} 1.0",
            "iambridge_server_ambiguous_addresses_total 1.0",
            "iambridge_server_sessions_cached 6.0",
            "iambridge_server_modes{kind=\"namespaces\",mode=\"pod-identity\"} 7.0",
            "iambridge_server_modes{kind=\"namespaces\",mode=\"retired\"} 0.0",
            "iambridge_server_mode_labels_unknown{kind=\"namespaces\"} 8.0",
            "iambridge_server_pods_fallen_back 9.0",
            "iambridge_server_agent_auth{mode=\"shared-certificate\"} 1.0",
            "iambridge_server_certificate_expiration_timestamp_seconds{file=\"--cert\"} 1.893456E9",
            "iambridge_server_certificate_expiration_timestamp_seconds{file=\"--ca\"} 0.0",
            "iambridge_server_client_certificates_refused_total 1.0",
            "iambridge_server_security_events_total{kind=\"node_mismatch\"} 1.0",
            "iambridge_server_audit_records_total{audit=\"issued\"} 2.0",
            "iambridge_server_audit_records_lost_total 1.0");
  }

  @Test
  void failuresAreThereBeforeTheFirstOne() throws IOException {
    assertThat(scrape())
        .contains(
            "iambridge_server_watch_failures_total{kind=\"pods\"} 0.0",
            "iambridge_server_kubernetes_events_total{outcome=\"failed\"} 0.0",
            "iambridge_server_security_events_total{kind=\"agent_not_proved\"} 0.0",
            "iambridge_server_audit_records_total{audit=\"denied\"} 0.0",
            "iambridge_server_audit_records_lost_total 0.0",
            "iambridge_server_sts_call_duration_seconds_count{outcome=\"throttled\"} 0");
  }

  private String scrape() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(text, registry.scrape());
    return text.toString(StandardCharsets.UTF_8);
  }
}
