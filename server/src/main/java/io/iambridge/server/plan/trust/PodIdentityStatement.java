package io.iambridge.server.plan.trust;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.server.plan.trust.Grant.PodIdentity;
import io.iambridge.server.plan.trust.Grant.Tagged;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes and reads our statement for EKS Pod Identity.
 *
 * @see <a href="https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html">The trust policy
 *     that EKS Pod Identity requires</a>
 */
final class PodIdentityStatement {
  static final String SERVICE = "pods.eks.amazonaws.com";
  private static final String SOURCE_ACCOUNT = "aws:SourceAccount";
  private static final String SOURCE_ARN = "aws:SourceArn";
  private static final String NAMESPACE = "aws:RequestTag/kubernetes-namespace";
  private static final String ACCOUNT = "aws:RequestTag/kubernetes-service-account";
  private static final String EQUALS = "StringEquals";

  private PodIdentityStatement() {}

  static Statement of(PodIdentity grant, String sid, List<String> accounts) {
    ObjectNode node = GrantStatement.allow(sid);
    node.putObject("Principal").put("Service", SERVICE);
    Statement.put(node, "Action", TrustMerge.POD_IDENTITY_ACTIONS.stream().sorted().toList());
    ObjectNode equals = node.putObject("Condition").putObject(EQUALS);
    equals.put(SOURCE_ACCOUNT, grant.account()).put(SOURCE_ARN, grant.cluster());
    grant
        .tagged()
        .ifPresent(tagged -> {
          equals.put(NAMESPACE, tagged.namespace());
          Statement.put(equals, ACCOUNT, accounts);
        });
    return new Statement(node);
  }

  static boolean isOurs(PodIdentity grant, Statement statement) {
    return of(grant, statement.sid(), accounts(statement)).node().equals(statement.node());
  }

  static List<String> accounts(Statement statement) {
    return statement.condition(EQUALS, ACCOUNT);
  }

  /** Whether an association of any service account works. */
  static boolean admitted(List<Statement> statements, PodIdentity grant) {
    return statements.stream().anyMatch(statement -> admits(statement, context(grant)));
  }

  /** Whether an association of this service account works. */
  static boolean admitted(List<Statement> statements, PodIdentity grant, String account) {
    Map<String, String> context = context(grant);
    context.put(NAMESPACE, grant.tagged().map(Tagged::namespace).orElse(""));
    context.put(ACCOUNT, account);
    return statements.stream().anyMatch(statement -> admits(statement, context));
  }

  private static boolean admits(Statement statement, Map<String, String> context) {
    return statement.admits("Service", SERVICE, TrustMerge.POD_IDENTITY_ACTIONS, context);
  }

  private static Map<String, String> context(PodIdentity grant) {
    return new HashMap<>(Map.of(SOURCE_ACCOUNT, grant.account(), SOURCE_ARN, grant.cluster()));
  }
}
