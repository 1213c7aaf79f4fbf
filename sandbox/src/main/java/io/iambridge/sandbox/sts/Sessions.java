package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Arn;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.iam.Role;
import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.QueryException;
import io.iambridge.sandbox.query.Xml;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Pattern;

/** What all actions that make sessions have in common: their parameters, limits and answer. */
final class Sessions {
  static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]*");

  private static final Pattern SESSION_NAME = Pattern.compile("[\\w+=,.@-]*");
  private static final Duration DEFAULT_DURATION = Duration.ofHours(1);
  private static final int LEAST_SECONDS = 900;
  private static final int MOST_SECONDS = 43_200;

  private final Iam iam;
  private final InstantSource clock;
  private final Faults faults;

  Sessions(Iam iam, InstantSource clock, Faults faults) {
    this.iam = iam;
    this.clock = clock;
    this.faults = faults;
  }

  /** What is asked for. */
  record Request(Arn role, String sessionName, Optional<Duration> asked) {
    /** Reads the parameters in the order in which STS checks them. */
    static Request of(Parameters parameters) throws QueryException {
      String roleArn = parameters.required("RoleArn");
      Parameters.check("RoleArn", roleArn, 20, 2048, PRINTABLE);
      String sessionName = parameters.required("RoleSessionName");
      Parameters.check("RoleSessionName", sessionName, 2, 64, SESSION_NAME);
      Optional<Duration> asked =
          parameters
              .number("DurationSeconds", LEAST_SECONDS, MOST_SECONDS)
              .map(Duration::ofSeconds);
      Arn arn =
          Arn.tryParse(roleArn)
              .filter(
                  parsed -> parsed.service().equals("iam") && parsed.resource().startsWith("role/"))
              .orElseThrow(() -> QueryException.validation(roleArn + " is invalid"));
      return new Request(arn, sessionName, asked);
    }

    Duration duration() {
      return asked.orElse(DEFAULT_DURATION);
    }
  }

  /** A session and what it signs with. */
  record Given(Principal.AssumedRole session, AccessKey key, Instant expiration) {
    void write(Xml result) {
      result
          .element(
              "AssumedRoleUser",
              user ->
                  user.element("AssumedRoleId", session.userId())
                      .element("Arn", session.arn().toString()))
          .element(
              "Credentials",
              credentials ->
                  credentials
                      .element("AccessKeyId", key.id())
                      .element("SecretAccessKey", key.secret())
                      .element(
                          "SessionToken",
                          key.temporary().map(AccessKey.Temporary::sessionToken).orElseThrow())
                      .element("Expiration", expiration.toString()));
    }
  }

  /** Makes a session of a role that may be assumed. */
  Given give(Role role, Request request) throws QueryException {
    Duration duration = request.duration();
    if (duration.compareTo(role.maxSession()) > 0) {
      throw QueryException.validation(
          "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    Instant expiration =
        clock.instant().plus(faults.limited(duration)).truncatedTo(ChronoUnit.SECONDS);
    Principal.AssumedRole session = new Principal.AssumedRole(role, request.sessionName());
    return new Given(session, iam.issue(session, expiration), expiration);
  }
}
