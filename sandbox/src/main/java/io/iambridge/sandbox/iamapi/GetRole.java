package io.iambridge.sandbox.iamapi;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.iam.Role;
import io.iambridge.sandbox.query.Operation;
import io.iambridge.sandbox.query.Parameters;
import io.iambridge.sandbox.query.QueryException;
import io.iambridge.sandbox.query.Xml;
import java.net.URLEncoder;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Tells a role, with its trust policy as it was written. */
final class GetRole implements Operation {
  static final Pattern NAME = Pattern.compile("[\\w+=,.@-]+");
  static final int LONGEST_NAME = 64;

  private final Iam iam;

  GetRole(Iam iam) {
    this.iam = iam;
  }

  @Override
  public Consumer<Xml> call(Caller caller, Parameters parameters) throws QueryException {
    var who = caller.identify();
    parameters.onlyKnown(Set.of("RoleName"));
    String name = parameters.required("RoleName");
    Parameters.check("RoleName", name, 1, LONGEST_NAME, NAME);
    Role role = Access.role(iam, who, "iam:GetRole", name);
    return result -> result.element("Role", element -> write(role, element));
  }

  private static void write(Role role, Xml element) {
    String resource = role.arn().resource();
    element
        .element("Path", resource.substring("role".length(), resource.lastIndexOf('/') + 1))
        .element("RoleName", role.arn().name())
        .element("RoleId", role.roleId())
        .element("Arn", role.arn().toString())
        .element("CreateDate", role.created().toString())
        .element("AssumeRolePolicyDocument", encoded(role.trust().json()))
        .element("MaxSessionDuration", Long.toString(role.maxSession().toSeconds()));
  }

  /** As RFC 3986 says, which IAM's API reference names; a plus stays a plus there. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }
}
