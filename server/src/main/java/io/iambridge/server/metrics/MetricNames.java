package io.iambridge.server.metrics;

/** All metric names of the server's edges, in one place. */
final class MetricNames {
  private static final String PREFIX = "iambridge_server_";

  static final String BUILD_INFO = PREFIX + "build_info";
  static final String WATCH_EVENTS = PREFIX + "watch_events_total";
  static final String WATCH_LISTS = PREFIX + "watch_lists_total";
  static final String WATCH_FAILURES = PREFIX + "watch_failures_total";
  static final String WATCH_AGE = PREFIX + "watch_last_event_age_seconds";
  static final String WATCH_CONTACT = PREFIX + "watch_without_contact_seconds";
  static final String OBJECTS_SKIPPED = PREFIX + "objects_skipped_total";
  static final String EVENTS = PREFIX + "kubernetes_events_total";
  static final String STS_CALLS = PREFIX + "sts_call_duration_seconds";
  static final String STS_IN_FLIGHT = PREFIX + "sts_calls_in_flight";
  static final String STS_WAITING = PREFIX + "sts_calls_waiting";
  static final String EKS_AUTH_CALLS = PREFIX + "eks_auth_call_duration_seconds";
  static final String FALLBACKS = PREFIX + "fallbacks_total";
  static final String FALLBACKS_TO_OTHER_ROLE = PREFIX + "fallbacks_to_other_role_total";
  static final String AGENTS = PREFIX + "agents_connected";
  static final String CALLERS_PUSHED = PREFIX + "callers_pushed_total";
  static final String CREDENTIALS = PREFIX + "credentials_request_duration_seconds";
  static final String TOKEN_REVIEWS = PREFIX + "token_review_duration_seconds";
  static final String AGENT_TOKEN_REVIEWS = PREFIX + "agent_token_review_duration_seconds";
  static final String AGENT_AUTH = PREFIX + "agent_auth";
  static final String CERTIFICATES_REFUSED = PREFIX + "client_certificates_refused_total";
  static final String CERTIFICATES = PREFIX + "certificate_expiration_timestamp_seconds";
  static final String KIAM_API = PREFIX + "kiam_api";
  static final String KIAM_CALLS = PREFIX + "kiam_calls_total";
  static final String REFUSALS = PREFIX + "refusals_total";

  static final String DENIALS = PREFIX + "denials_total";
  static final String AUDITED = PREFIX + "audit_records_total";
  static final String AUDIT_LOST = PREFIX + "audit_records_lost_total";
  static final String SECURITY_EVENTS = PREFIX + "security_events_total";
  static final String AMBIGUOUS = PREFIX + "ambiguous_addresses_total";
  static final String MODES = PREFIX + "modes";
  static final String UNKNOWN_MODES = PREFIX + "mode_labels_unknown";
  static final String FALLEN_BACK = PREFIX + "pods_fallen_back";
  static final String EVIDENCE_WRITES = PREFIX + "evidence_writes_total";
  static final String EVIDENCE_LOST = PREFIX + "evidence_lost_total";
  static final String SESSIONS = PREFIX + "sessions_cached";

  static final String LEADER = PREFIX + "migration_leader";
  static final String REHEARSALS = PREFIX + "rehearsals";
  static final String MIGRATIONS = PREFIX + "migrations";
  static final String MIGRATIONS_READY = PREFIX + "migrations_ready";

  private MetricNames() {}
}
