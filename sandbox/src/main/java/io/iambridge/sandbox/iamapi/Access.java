package io.iambridge.sandbox.iamapi;

import io.iambridge.sandbox.iam.Arn;
import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.Principal;
import io.iambridge.sandbox.iam.Role;
import io.iambridge.sandbox.query.QueryException;
import java.util.Optional;

/** Whether callers may, in the words of IAM's refusals. */
final class Access {
  private Access() {}

  /**
   * Refuses a caller without the permission.
   *
   * @param shown how the refusal names the resource
   */
  static void check(Iam iam, Principal caller, String action, Arn resource, String shown)
      throws QueryException {
    if (!iam.isPermitted(caller, action, resource.toString())) {
      throw new QueryException(
          403,
          "AccessDenied",
          "User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action"
              .formatted(caller.arn(), action, shown, action));
    }
  }

  static void checkProvider(Iam iam, Principal caller, String action, String provider)
      throws QueryException {
    Arn resource = new Arn("aws", "iam", "", caller.account(), "oidc-provider/" + provider);
    check(iam, caller, action, resource, resource.toString());
  }

  /**
   * A role of the caller's own account. Who may not is not told whether it exists, and who may is
   * told of no other account's.
   */
  static Role role(Iam iam, Principal caller, String action, String name) throws QueryException {
    Optional<Role> role = iam.role(caller.account(), name);
    Arn resource =
        role.map(Role::arn)
            .orElseGet(() ->
                new Arn(caller.arn().partition(), "iam", "", caller.account(), "role/" + name));
    check(iam, caller, action, resource, "role " + name);
    return role.orElseThrow(() -> noSuchEntity("The role with name " + name + " cannot be found."));
  }

  static QueryException noSuchEntity(String message) {
    return new QueryException(404, "NoSuchEntity", message);
  }
}
