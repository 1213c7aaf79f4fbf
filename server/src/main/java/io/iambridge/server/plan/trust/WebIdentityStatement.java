package io.iambridge.server.plan.trust;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.server.plan.trust.Grant.WebIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes and reads our statement for tokens of service accounts. */
final class WebIdentityStatement {
  static final String ACTION = "sts:AssumeRoleWithWebIdentity";

  private WebIdentityStatement() {}

  /** The statement; {@code StringLike} only where there is a wildcard. */
  static Statement of(WebIdentity grant, String sid, List<String> subjects) {
    ObjectNode node = GrantStatement.allow(sid);
    node.putObject("Principal").put("Federated", grant.provider());
    node.put("Action", ACTION);
    ObjectNode condition = node.putObject("Condition");
    ObjectNode equals = condition.putObject("StringEquals");
    equals.put(grant.issuer() + ":aud", grant.audience());
    ObjectNode of =
        subjects.stream().anyMatch(Wildcard::isIn) ? condition.putObject("StringLike") : equals;
    Statement.put(of, grant.issuer() + ":sub", subjects);
    return new Statement(node);
  }

  /** The subjects of a statement that is exactly as we write it; empty for any other. */
  static Optional<List<String>> subjects(WebIdentity grant, Statement statement) {
    List<String> subjects = new ArrayList<>();
    for (String operator : List.of("StringEquals", "StringLike")) {
      subjects.addAll(statement.condition(operator, grant.issuer() + ":sub"));
    }
    return !subjects.isEmpty()
            && of(grant, statement.sid(), subjects).node().equals(statement.node())
        ? Optional.of(subjects)
        : Optional.empty();
  }

  /** Whether any statement lets the account in. */
  static boolean admits(Statement statement, WebIdentity grant, Subject subject) {
    return statement.admits(
        "Federated",
        grant.provider(),
        Set.of(ACTION),
        Map.of(
            grant.issuer() + ":aud", grant.audience(),
            grant.issuer() + ":sub", subject.toString()));
  }
}
