package io.iambridge.agent;

import io.iambridge.common.cli.AgentAuthConverter;
import io.iambridge.common.wire.AgentAuth;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The flags that say how the agent proves its node to the server. */
final class ServerAuthOptions {
  @Option(
      names = "--agent-auth",
      paramLabel = "<how>",
      defaultValue = "token",
      converter = AgentAuthConverter.class,
      description =
          "How this agent proves its node, the same as the server's own flag: token, certificate, or"
              + " shared-certificate, which is kiam's way and proves nothing.")
  private AgentAuth auth;

  @Option(
      names = "--server-token-file",
      paramLabel = "<file>",
      defaultValue = "/var/run/secrets/iambridge.io/serviceaccount/token",
      description =
          "With --agent-auth=token: a ServiceAccount token for the audience iambridge-server, from a"
              + " projected volume; read again when it changes.")
  private Path tokenFile;

  /** What they say. */
  ServerAuth auth() {
    return new ServerAuth(auth, tokenFile);
  }

  /** Whether the agent has to have a certificate. */
  boolean mutualTls() {
    return auth != AgentAuth.TOKEN;
  }
}
