package io.iambridge.sandbox.iamapi;

import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.PolicyTooLongException;
import io.iambridge.sandbox.iam.Role;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.query.Operation;
import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.QueryException;
import io.iambridge.sandbox.query.Xml;
import java.util.Set;
import java.util.function.Consumer;

/** Replaces a role's trust policy. */
final class UpdateAssumeRolePolicy implements Operation {
  private final Iam iam;

  UpdateAssumeRolePolicy(Iam iam) {
    this.iam = iam;
  }

  @Override
  public Consumer<Xml> call(Caller caller, Parameters parameters) throws QueryException {
    var who = caller.identify();
    parameters.onlyKnown(Set.of("RoleName", "PolicyDocument"));
    String name = parameters.required("RoleName");
    Parameters.check("RoleName", name, 1, GetRole.LONGEST_NAME, GetRole.NAME);
    String document = parameters.required("PolicyDocument");
    Role role = Access.role(iam, who, "iam:UpdateAssumeRolePolicy", name);
    try {
      iam.putRole(role.arn().toString(), TrustPolicy.parse(document), role.maxSession());
    } catch (PolicyTooLongException e) {
      throw new QueryException(409, "LimitExceeded", String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw new QueryException(400, "MalformedPolicyDocument", String.valueOf(e.getMessage()));
    }
    return _ -> {};
  }
}
