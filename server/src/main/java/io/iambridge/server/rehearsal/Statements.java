package io.iambridge.server.rehearsal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.server.roles.RoleArn;

/** The one statement that a trust policy lacks, as JSON in one line. */
final class Statements {

  private Statements() {}

  /** Lets a subject in by the cluster's OIDC provider in the role's account (EKS user guide). */
  static String webIdentity(RoleArn role, String issuer, String subject, String audience) {
    String provider = TrustReading.host(issuer);
    ObjectNode equal = JsonNodeFactory.instance.objectNode();
    equal.put(provider + ":aud", audience).put(provider + ":sub", subject);
    ObjectNode statement = allow("sts:AssumeRoleWithWebIdentity");
    statement
        .putObject("Principal")
        .put(
            "Federated",
            "arn:%s:iam::%s:oidc-provider/%s"
                .formatted(role.partition(), role.account(), provider));
    statement.putObject("Condition").set("StringEquals", equal);
    return write(statement);
  }

  /** Lets EKS Pod Identity in (EKS user guide, "Pod Identity role"). */
  static String podIdentity() {
    ObjectNode statement = JsonNodeFactory.instance.objectNode();
    statement.put("Effect", "Allow");
    statement.putArray("Action").add("sts:AssumeRole").add("sts:TagSession");
    statement.putObject("Principal").put("Service", "pods.eks.amazonaws.com");
    return write(statement);
  }

  /** Lets another role in. */
  static String chained(RoleArn first) {
    ObjectNode statement = allow("sts:AssumeRole");
    statement.putObject("Principal").put("AWS", first.toString());
    return write(statement);
  }

  private static ObjectNode allow(String action) {
    return JsonNodeFactory.instance.objectNode().put("Effect", "Allow").put("Action", action);
  }

  private static String write(ObjectNode statement) {
    return statement.toString();
  }
}
