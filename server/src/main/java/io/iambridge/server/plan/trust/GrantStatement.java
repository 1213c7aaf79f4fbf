package io.iambridge.server.plan.trust;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.server.plan.trust.Grant.Chain;
import io.iambridge.server.plan.trust.Grant.PodIdentity;
import io.iambridge.server.plan.trust.Grant.Tagged;
import io.iambridge.server.plan.trust.Grant.WebIdentity;
import java.util.List;
import java.util.Set;

/** The one statement of a trust policy that lets a grant in, whatever else is there. */
public final class GrantStatement {
  // A statement without one has no Sid: two statements of a policy may not have the same.
  private static final String NO_SID = "";

  private GrantStatement() {}

  /** The statement without a Sid, to be added to any policy: JSON in one line. */
  public static String line(Grant grant) {
    return of(grant).node().toString();
  }

  private static Statement of(Grant grant) {
    return switch (grant) {
      case WebIdentity web ->
          WebIdentityStatement.of(
              web, NO_SID, web.subjects().stream().map(Subject::toString).toList());
      case PodIdentity pod ->
          PodIdentityStatement.of(
              pod, NO_SID, pod.tagged().map(Tagged::accounts).map(List::copyOf).orElse(List.of()));
      case Chain chain -> chain(chain, NO_SID);
    };
  }

  static Statement chain(Chain grant, String sid) {
    ObjectNode node = allow(sid);
    node.putObject("Principal").put("AWS", grant.via().toString());
    Statement.put(node, "Action", actions(grant).stream().sorted().toList());
    return new Statement(node);
  }

  /** What the other role has to be able to do. */
  static Set<String> actions(Chain grant) {
    return grant.tags() ? TrustMerge.POD_IDENTITY_ACTIONS : Set.of("sts:AssumeRole");
  }

  /** The beginning of a statement of ours. */
  static ObjectNode allow(String sid) {
    ObjectNode node = TrustDocument.newObject();
    if (!sid.isEmpty()) {
      node.put("Sid", sid);
    }
    return node.put("Effect", "Allow");
  }
}
