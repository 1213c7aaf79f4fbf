package io.iambridge.agent.metrics;

/** Every metric of the agent. Dashboards are built on these: they never change. */
final class MetricNames {
  static final String REQUESTS = "iambridge_agent_requests_total";
  static final String REQUEST_SECONDS = "iambridge_agent_request_seconds";
  static final String REFUSALS = "iambridge_agent_refusals_total";
  static final String FETCHES = "iambridge_agent_credentials_fetches_total";
  static final String TOKEN_REVIEWS = "iambridge_agent_token_reviews_total";
  static final String TOKENS_VERIFIED = "iambridge_agent_tokens_verified";
  static final String FORWARDED = "iambridge_agent_pod_identity_forwarded_total";
  static final String REMAINING_SECONDS = "iambridge_agent_credentials_remaining_seconds";
  static final String IMDS_REQUESTS = "iambridge_agent_imds_requests_total";
  static final String EVIDENCE_REPORTS = "iambridge_agent_evidence_reports_total";
  static final String EVIDENCE_LOST = "iambridge_agent_evidence_lost_calls_total";
  static final String SESSIONS = "iambridge_agent_sessions";
  static final String CALLERS = "iambridge_agent_callers";
  static final String NEIGHBOUR_CHANGES = "iambridge_agent_neighbour_changes_total";
  static final String CALLER_CONFIRMATIONS = "iambridge_agent_caller_confirmations_total";
  static final String PARKED = "iambridge_agent_parked_requests";
  static final String WATCH_CONNECTED = "iambridge_agent_watch_connected";
  static final String WATCH_RECONNECTS = "iambridge_agent_watch_reconnects_total";
  static final String CERTIFICATES = "iambridge_agent_certificate_expiration_timestamp_seconds";
  static final String CONNECTIONS = "iambridge_agent_connections";
  static final String CONNECTIONS_REFUSED = "iambridge_agent_connections_refused_total";
  static final String INTERCEPTION_IN_PLACE = "iambridge_agent_interception_in_place";
  static final String INTERCEPTION_REPAIRS = "iambridge_agent_interception_repairs_total";
  static final String INTERCEPTION_FAILURES = "iambridge_agent_interception_failures_total";
  static final String INTERCEPTION_FOREIGN_RULES = "iambridge_agent_interception_foreign_rules";
  static final String BUILD_INFO = "iambridge_agent_build_info";

  private MetricNames() {}
}
