package io.iambridge.server;

import io.iambridge.common.cli.AgentAuthConverter;
import io.iambridge.common.wire.AgentAuth;
import io.iambridge.common.wire.AgentId;
import io.iambridge.server.tokens.AccountName;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The flags that say how agents prove their nodes. */
final class AgentTrustOptions {
  @Option(
      names = "--agent-auth",
      paramLabel = "HOW",
      defaultValue = "token",
      converter = AgentAuthConverter.class,
      description =
          "How agents prove their node, the same as the agents' own flag: token, certificate, or"
              + " shared-certificate, which is kiam's way and proves nothing"
              + " (default: ${DEFAULT-VALUE}).")
  AgentAuth auth;

  @Option(
      names = "--agent-service-account",
      paramLabel = "NAMESPACE/NAME",
      defaultValue = "kube-system/iambridge-agent",
      description =
          "With --agent-auth=token: the service account of the agents' pods, and of no other pod"
              + " (default: ${DEFAULT-VALUE}).")
  String account;

  @Option(
      names = "--trust-domain",
      paramLabel = "NAME",
      defaultValue = "cluster.local",
      description =
          "With --agent-auth=certificate: agents' certificates have the one subject alternative"
              + " name spiffe://NAME/iambridge/agent/NODE (default: ${DEFAULT-VALUE}).")
  String trustDomain;

  /** Whether clients have to show certificates. */
  boolean mutualTls() {
    return auth != AgentAuth.TOKEN;
  }

  /** What they say; a {@link ParameterException} when that makes no sense. */
  AgentTrust trust(CommandLine line) {
    if (!AgentId.isTrustDomain(trustDomain)) {
      throw new ParameterException(
          line, "--trust-domain is not a name in lower case like cluster.local: " + trustDomain);
    }
    try {
      return new AgentTrust(auth, AccountName.parse(account), trustDomain);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(line, "--agent-service-account: " + e.getMessage(), e);
    }
  }
}
