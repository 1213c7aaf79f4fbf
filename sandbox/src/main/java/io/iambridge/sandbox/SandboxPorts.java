package io.iambridge.sandbox;

/**
 * Where the parts of a sandbox listen on 127.0.0.1; 0 lets the system choose.
 *
 * @param agent where pods ask
 * @param agentAdmin the agent's health and metrics
 * @param kubernetes the embedded Kubernetes API
 * @param sts the emulator of STS
 * @param server where agents ask
 * @param serverAdmin the server's health and metrics
 */
public record SandboxPorts(
    int agent, int agentAdmin, int kubernetes, int sts, int server, int serverAdmin) {
  /** Free ports for all, for tests. */
  public static final SandboxPorts FREE = new SandboxPorts(0, 0, 0, 0, 0, 0);
}
