package io.iambridge.agent;

import io.iambridge.agent.http.CallerLimits;
import io.iambridge.agent.imds.ImdsService;
import io.iambridge.agent.interception.InterceptionConfig;
import io.iambridge.agent.metadata.MetadataConfig;
import io.iambridge.agent.podidentity.PodIdentityConfig;
import io.iambridge.agent.upstream.ServerChannel.KeepAlive;
import io.iambridge.common.cli.HostPort;
import io.iambridge.common.tls.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Everything an agent is told when it starts.
 *
 * @param listen where pods reach it; port 0 lets the system choose
 * @param admin where probes and metrics are; port 0 lets the system choose
 * @param server the server to ask
 * @param tls whom it trusts to be the server, and its own certificate, if it has one
 * @param auth how it proves its node
 * @param nodeName the node it says it is on
 * @param stateDir where the session token key is kept
 * @param imds what pods get
 * @param limits how much callers may cost
 * @param interception the rules that bring pods' requests here; empty when something else does
 * @param podIdentity what happens with requests for 169.254.170.23
 * @param metadata what pods may have from the node's true metadata service
 * @param neighbourCheck whether what the node sees of its neighbours counts
 * @param evidenceInterval how often the calls of its callers are reported to the server
 */
public record AgentConfig(
    HostPort listen,
    HostPort admin,
    HostPort server,
    TlsFiles tls,
    ServerAuth auth,
    KeepAlive keepAlive,
    String nodeName,
    Path stateDir,
    ImdsService.Settings imds,
    CallerLimits limits,
    Optional<InterceptionConfig> interception,
    PodIdentityConfig podIdentity,
    MetadataConfig metadata,
    boolean neighbourCheck,
    Duration evidenceInterval) {

  /** Checks what no flag can mean. */
  public AgentConfig {
    if (nodeName.isEmpty()) {
      throw new IllegalArgumentException("the node name is empty");
    }
  }

  /**
   * What a command line says.
   *
   * @param environment what NODE_NAME and the like are taken from
   * @throws picocli.CommandLine.ParameterException when a flag is wrong
   */
  public static AgentConfig parse(Map<String, String> environment, String... flags) {
    return AgentCommand.parse(environment, flags);
  }
}
