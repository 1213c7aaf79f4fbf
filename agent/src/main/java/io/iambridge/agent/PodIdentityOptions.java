package io.iambridge.agent;

import io.iambridge.agent.podidentity.PodIdentityConfig;
import io.iambridge.common.cli.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The flags of 169.254.170.23. */
final class PodIdentityOptions {

  /** What happens with requests for 169.254.170.23; see {@link PodIdentityConfig.Mode}. */
  enum Mode {
    serve,
    forward,
    off
  }

  @Option(
      names = "--pod-identity",
      paramLabel = "serve|forward|off",
      defaultValue = "serve",
      description =
          "EKS Pod Identity at 169.254.170.23: answer every pod, hand pods without a role of ours to"
              + " the EKS agent, or answer none.")
  private Mode mode;

  @Option(
      names = "--pod-identity-agent",
      paramLabel = "<address:port>",
      defaultValue = "169.254.170.23:80",
      converter = HostPort.Converter.class,
      description = "Where the EKS Pod Identity agent is, for --pod-identity=forward.")
  private HostPort eksAgent;

  PodIdentityConfig config(CommandLine command) {
    try {
      InetAddress.ofLiteral(eksAgent.host());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          command,
          "Invalid value for option '--pod-identity-agent': '%s' must be an IP address and a port"
              .formatted(eksAgent),
          e);
    }
    return new PodIdentityConfig(
        switch (mode) {
          case serve -> PodIdentityConfig.Mode.SERVE;
          case forward -> PodIdentityConfig.Mode.FORWARD;
          case off -> PodIdentityConfig.Mode.OFF;
        },
        eksAgent);
  }

  static InetSocketAddress address(HostPort literal) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal.host()), literal.port());
  }
}
