package io.iambridge.server;

import io.iambridge.common.wire.AgentAuth;
import io.iambridge.common.wire.AgentId;
import io.iambridge.server.tokens.AccountName;

/**
 * Whom we take for an agent of which node.
 *
 * @param auth what proves it
 * @param account whose tokens agents have, where tokens prove it
 * @param trustDomain whose names their certificates have, where certificates prove it
 */
public record AgentTrust(AgentAuth auth, AccountName account, String trustDomain) {
  /** Where nothing is said of it. */
  public static final AgentTrust DEFAULT =
      new AgentTrust(
          AgentAuth.TOKEN, new AccountName("kube-system", "iambridge-agent"), "cluster.local");

  /** Checks the trust domain. */
  public AgentTrust {
    if (!AgentId.isTrustDomain(trustDomain)) {
      throw new IllegalArgumentException("not a trust domain: " + trustDomain);
    }
  }

  /** The same, proved otherwise. */
  public AgentTrust by(AgentAuth other) {
    return new AgentTrust(other, account, trustDomain);
  }
}
