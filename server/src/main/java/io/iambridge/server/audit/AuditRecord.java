package io.iambridge.server.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.PodAccount;
import io.iambridge.server.credentials.Session;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** One line of the audit log: a flat JSON object, whose names never change. */
final class AuditRecord {
  private static final JsonMapper JSON = new JsonMapper();

  private final Map<String, Object> fields = new LinkedHashMap<>();

  /**
   * @param time when, by our clock
   * @param audit what happened
   */
  AuditRecord(Instant time, Happening audit) {
    fields.put("time", time.toString());
    fields.put("audit", audit.label());
  }

  /** What is left out when it is empty says nothing. */
  AuditRecord with(String name, String value) {
    if (!value.isEmpty()) {
      fields.put(name, value);
    }
    return this;
  }

  AuditRecord with(String name, Instant value) {
    fields.put(name, value.toString());
    return this;
  }

  AuditRecord with(String name, long value) {
    fields.put(name, value);
    return this;
  }

  AuditRecord with(Pod pod) {
    return with("namespace", pod.namespace())
        .with("pod", pod.name())
        .with("podUid", pod.uid())
        .with("serviceAccount", pod.serviceAccount())
        .with("node", pod.node());
  }

  AuditRecord with(PodAccount pod) {
    return with("namespace", pod.namespace())
        .with("pod", pod.pod())
        .with("podUid", pod.podUid())
        .with("serviceAccount", pod.account());
  }

  /** Not the external id: AWS calls it no secret, but customers treat it as one. */
  AuditRecord with(Session session) {
    return with("role", session.role().toString())
        .with("sessionName", session.name())
        .with("session", session.id())
        .with(session.mechanism().kind());
  }

  AuditRecord with(Mechanism.Kind mechanism) {
    return with("mechanism", operation(mechanism));
  }

  /**
   * The same, with what was really given: where the session's own mechanism failed, the role and
   * the name are those of what it fell back to.
   */
  AuditRecord with(Session session, Credentials given) {
    Session real = given.fallback() ? session.mechanism().fallback().orElse(session) : session;
    with(real).with("session", session.id()).with(given.mechanism());
    return given.fallback() ? with("fallbackFrom", operation(session.mechanism().kind())) : this;
  }

  /** As CloudTrail names it. */
  private static String operation(Mechanism.Kind kind) {
    return switch (kind) {
      case ASSUME_ROLE -> "AssumeRole";
      case WEB_IDENTITY -> "AssumeRoleWithWebIdentity";
      case POD_IDENTITY -> "AssumeRoleForPodIdentity";
    };
  }

  /** In one line. */
  @Override
  public String toString() {
    try {
      return JSON.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts, numbers and a map are always JSON", e);
    }
  }
}
