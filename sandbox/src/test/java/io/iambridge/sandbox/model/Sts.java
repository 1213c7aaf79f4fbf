package io.iambridge.sandbox.model;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.credentials.Credentials;
import io.iambridge.server.credentials.IssueException;
import io.iambridge.server.credentials.Mechanism;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.roles.RoleArn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** STS, which remembers what it issued for whom. */
final class Sts {
  private static final Duration LIFE = Duration.ofHours(1);

  static final List<Mood> MOODS = List.of(Mood.WELL, Mood.FAILING, Mood.DENYING);

  /** How it does. */
  enum Mood {
    WELL,
    FAILING,
    DENYING
  }

  /** Credentials, by their key's id. */
  record Issued(Grant grant, Instant expiration) {}

  private final InstantSource clock;
  private final Map<String, Issued> issued = new HashMap<>();
  Mood mood = Mood.WELL;

  /** Whether tokens of pods are worth nothing to it. */
  boolean tokensRefused;

  Sts(InstantSource clock) {
    this.clock = clock;
  }

  Credentials issue(Session session) throws IssueException {
    Optional<Session> fallback = session.mechanism().fallback();
    if (session.mechanism().kind() == Mechanism.Kind.ASSUME_ROLE || !tokensRefused) {
      return issue(session, session);
    } else if (fallback.isPresent()) {
      return issue(session, fallback.get());
    } else {
      throw new IssueException(Reason.WEB_IDENTITY_REJECTED, "STS does not like the token");
    }
  }

  private Credentials issue(Session wanted, Session session) throws IssueException {
    switch (mood) {
      case WELL -> {}
      case FAILING -> throw new IssueException(Reason.STS_UNAVAILABLE, "STS fails");
      case DENYING -> throw new IssueException(Reason.STS_DENIED, "STS denies");
    }
    Instant now = clock.instant();
    String keyId = "ASIA" + issued.size();
    Instant expiration = now.plus(LIFE);
    issued.put(
        keyId,
        new Issued(
            new Grant(
                wanted.mechanism().kind().name(),
                session.mechanism().kind().name(),
                session.role().toString(),
                session.name(),
                session.externalId().orElse(""),
                proof(session.mechanism())),
            expiration));
    return new Credentials(keyId, "secret", "token", now, expiration, "request");
  }

  private static String proof(Mechanism mechanism) {
    return switch (mechanism) {
      case Mechanism.AssumeRole() -> "";
      case Mechanism.WebIdentity web ->
          String.join(
              " ",
              web.pod().podUid(),
              web.audience(),
              web.via().map(RoleArn::toString).orElse("-"));
      case Mechanism.PodIdentity eks -> eks.pod().podUid();
    };
  }

  Issued of(String keyId) {
    Issued found = issued.get(keyId);
    if (found == null) {
      throw new Violation("credentials that STS never issued: " + keyId);
    }
    return found;
  }
}
