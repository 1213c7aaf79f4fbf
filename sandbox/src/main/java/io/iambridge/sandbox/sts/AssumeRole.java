package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.iam.Arn;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.iam.Role;
import io.iambridge.sandbox.query.Operation;
import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.QueryException;
import io.iambridge.sandbox.query.Xml;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** AssumeRole with the limits of the STS API reference, in the order in which STS finds them. */
final class AssumeRole implements Operation {

  private static final Set<String> KNOWN =
      Set.of(
          "RoleArn",
          "RoleSessionName",
          "ExternalId",
          "DurationSeconds",
          "Tags",
          "TransitiveTagKeys");
  private static final Pattern EXTERNAL_ID = Pattern.compile("[\\w+=,.@:\\/-]*");
  private static final Duration CHAINED_MAXIMUM = Duration.ofHours(1);

  private final Iam iam;
  private final Sessions sessions;
  private final Faults faults;

  AssumeRole(Iam iam, Sessions sessions, Faults faults) {
    this.iam = iam;
    this.sessions = sessions;
    this.faults = faults;
  }

  @Override
  public Consumer<Xml> call(Caller asking, Parameters parameters) throws QueryException {
    Principal caller = asking.identify();
    parameters.onlyKnown(KNOWN);
    Optional<String> externalId = parameters.get("ExternalId");
    if (externalId.isPresent()) {
      Parameters.check("ExternalId", externalId.get(), 2, 1224, EXTERNAL_ID);
    }
    Sessions.Request request = Sessions.Request.of(parameters);
    SessionTags tags = SessionTags.of(parameters);

    Map<String, String> context = new HashMap<>();
    context.put("sts:RoleSessionName", request.sessionName());
    context.put("aws:PrincipalArn", caller.identity().toString());
    context.put("aws:PrincipalAccount", caller.account());
    externalId.ifPresent(id -> context.put("sts:ExternalId", id));
    tags.addTo(context);
    Role role = authorize(caller, request.role(), tags, context);
    if (caller instanceof Principal.AssumedRole
        && request.duration().compareTo(CHAINED_MAXIMUM) > 0) {
      throw QueryException.validation(
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
              + " chaining.");
    }
    Sessions.Given given = sessions.give(role, request);
    return given::write;
  }

  /** A role that does not exist is refused exactly as one that does not trust the caller. */
  private Role authorize(Principal caller, Arn arn, SessionTags tags, Map<String, String> context)
      throws QueryException {
    Role role =
        iam.role(arn)
            .filter(_ -> !faults.isDenied(arn))
            .filter(found -> iam.mayAssume(caller, found, context))
            .orElseThrow(() -> denied(caller, "sts:AssumeRole", arn));
    // Tags need a permission of their own, in the trust policy too (IAM User Guide, "Pass session
    // tags in AWS STS").
    if (!tags.isEmpty() && !iam.mayTagSession(caller, role, context)) {
      throw denied(caller, "sts:TagSession", arn);
    }
    return role;
  }

  private static QueryException denied(Principal caller, String action, Arn arn) {
    return new QueryException(
        403,
        "AccessDenied",
        "User: %s is not authorized to perform: %s on resource: %s"
            .formatted(caller.arn(), action, arn));
  }
}
