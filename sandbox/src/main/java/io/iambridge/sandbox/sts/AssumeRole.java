package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.iam.AccessKey;
import io.iambridge.sandbox.iam.Arn;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.iam.Role;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** AssumeRole with the limits of the STS API reference, in the order in which STS finds them. */
final class AssumeRole implements Operation {

  private static final Set<String> KNOWN =
      Set.of("RoleArn", "RoleSessionName", "ExternalId", "DurationSeconds");
  private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]*");
  private static final Pattern SESSION_NAME = Pattern.compile("[\\w+=,.@-]*");
  private static final Pattern EXTERNAL_ID = Pattern.compile("[\\w+=,.@:\\/-]*");
  private static final Duration DEFAULT_DURATION = Duration.ofHours(1);
  private static final Duration CHAINED_MAXIMUM = Duration.ofHours(1);
  private static final int LEAST_SECONDS = 900;
  private static final int MOST_SECONDS = 43_200;

  private final Iam iam;
  private final InstantSource clock;
  private final Faults faults;

  AssumeRole(Iam iam, InstantSource clock, Faults faults) {
    this.iam = iam;
    this.clock = clock;
    this.faults = faults;
  }

  @Override
  public Consumer<Xml> call(Principal caller, Parameters parameters) throws StsException {
    parameters.onlyKnown(KNOWN);
    String roleArn = parameters.required("RoleArn");
    Parameters.check("RoleArn", roleArn, 20, 2048, PRINTABLE);
    String sessionName = parameters.required("RoleSessionName");
    Parameters.check("RoleSessionName", sessionName, 2, 64, SESSION_NAME);
    Optional<String> externalId = parameters.get("ExternalId");
    if (externalId.isPresent()) {
      Parameters.check("ExternalId", externalId.get(), 2, 1224, EXTERNAL_ID);
    }
    Optional<Duration> asked =
        parameters.number("DurationSeconds", LEAST_SECONDS, MOST_SECONDS).map(Duration::ofSeconds);
    Arn arn =
        Arn.tryParse(roleArn)
            .filter(
                parsed -> parsed.service().equals("iam") && parsed.resource().startsWith("role/"))
            .orElseThrow(() -> StsException.validation(roleArn + " is invalid"));

    Role role = authorize(caller, arn, sessionName, externalId);
    Duration duration = faults.limited(checkDuration(caller, role, asked));
    Instant expiration = clock.instant().plus(duration).truncatedTo(ChronoUnit.SECONDS);
    Principal.AssumedRole session = new Principal.AssumedRole(role, sessionName);
    AccessKey key = iam.issue(session, expiration);
    return result -> write(result, session, key, expiration);
  }

  /** A role that does not exist is refused exactly as one that does not trust the caller. */
  private Role authorize(Principal caller, Arn arn, String sessionName, Optional<String> externalId)
      throws StsException {
    Map<String, String> context = new HashMap<>();
    context.put("sts:RoleSessionName", sessionName);
    context.put("aws:PrincipalArn", caller.identity().toString());
    context.put("aws:PrincipalAccount", caller.account());
    externalId.ifPresent(id -> context.put("sts:ExternalId", id));
    return iam.role(arn)
        .filter(role -> !faults.isDenied(arn))
        .filter(role -> iam.mayAssume(caller, role, context))
        .orElseThrow(() ->
            new StsException(
                403,
                "AccessDenied",
                "User: %s is not authorized to perform: sts:AssumeRole on resource: %s"
                    .formatted(caller.arn(), arn)));
  }

  private static Duration checkDuration(Principal caller, Role role, Optional<Duration> asked)
      throws StsException {
    Duration duration = asked.orElse(DEFAULT_DURATION);
    if (caller instanceof Principal.AssumedRole && duration.compareTo(CHAINED_MAXIMUM) > 0) {
      throw StsException.validation(
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
              + " chaining.");
    }
    if (duration.compareTo(role.maxSession()) > 0) {
      throw StsException.validation(
          "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    return duration;
  }

  private static void write(
      Xml result, Principal.AssumedRole session, AccessKey key, Instant expiration) {
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
