package io.iambridge.sandbox.sts;

import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.Role;
import io.iambridge.sandbox.query.Operation;
import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.QueryException;
import io.iambridge.sandbox.query.Xml;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** AssumeRoleWithWebIdentity: nobody signs it, the token is the proof. */
final class AssumeRoleWithWebIdentity implements Operation {
  private static final Set<String> KNOWN =
      Set.of("RoleArn", "RoleSessionName", "WebIdentityToken", "DurationSeconds");
  private static final int SHORTEST_TOKEN = 4;
  private static final int LONGEST_TOKEN = 20_000;

  private final Iam iam;
  private final Sessions sessions;
  private final Faults faults;
  private final WebIdentities identities;

  AssumeRoleWithWebIdentity(Iam iam, Sessions sessions, Faults faults, WebIdentities identities) {
    this.iam = iam;
    this.sessions = sessions;
    this.faults = faults;
    this.identities = identities;
  }

  @Override
  public Consumer<Xml> call(Caller nobody, Parameters parameters) throws QueryException {
    parameters.onlyKnown(KNOWN);
    Sessions.Request request = Sessions.Request.of(parameters);
    String token = parameters.required("WebIdentityToken");
    if (token.length() < SHORTEST_TOKEN || token.length() > LONGEST_TOKEN) {
      // Not by Parameters.check, which quotes the value: this one is a secret.
      throw QueryException.validation("1 validation error detected: webIdentityToken's length");
    }
    WebIdentities.Identity identity = identities.prove(request.role().account(), token);
    Role role =
        iam.role(request.role())
            .filter(found -> !faults.isDenied(found.arn()))
            .filter(found ->
                iam.mayAssumeWithWebIdentity(
                    found, identity.provider(), context(request, identity)))
            .orElseThrow(() ->
                new QueryException(
                    403,
                    "AccessDenied",
                    "Not authorized to perform sts:AssumeRoleWithWebIdentity"));
    Sessions.Given given = sessions.give(role, request);
    return result -> {
      result
          .element("SubjectFromWebIdentityToken", identity.subject())
          .element("Audience", identity.audience());
      given.write(result);
      // The API reference says the iss claim; AWS answers the provider's ARN.
      result.element("Provider", identity.provider().arn().toString());
    };
  }

  /** The keys of IRSA's trust policies: the provider's address without its scheme, and a claim. */
  private static Map<String, String> context(
      Sessions.Request request, WebIdentities.Identity identity) {
    String provider = identity.provider().url();
    return Map.of(
        provider + ":sub",
        identity.subject(),
        provider + ":aud",
        identity.audience(),
        "aws:FederatedProvider",
        identity.provider().arn().toString(),
        "sts:RoleSessionName",
        request.sessionName());
  }
}
