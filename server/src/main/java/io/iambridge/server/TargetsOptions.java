package io.iambridge.server;

import io.iambridge.server.targets.TargetsConfig;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The flags of the mechanisms that namespaces move to. */
final class TargetsOptions {
  /** What EKS takes for a cluster's name (API reference, AssumeRoleForPodIdentity). */
  private static final Pattern CLUSTER_NAME = Pattern.compile("[0-9A-Za-z][A-Za-z0-9_-]{0,99}");

  @Option(
      names = "--cluster-name",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "This cluster's name in EKS, which pod identity needs; empty for no pod identity.")
  String clusterName = "";

  @Option(
      names = "--eks-auth-endpoint",
      paramLabel = "URL",
      description = "Another endpoint of EKS Auth, such as a VPC endpoint.")
  @Nullable URI eksAuthEndpoint;

  /** What they say; a {@link ParameterException} when that cannot be. */
  TargetsConfig config(CommandLine commandLine) {
    if (!clusterName.isEmpty() && !CLUSTER_NAME.matcher(clusterName).matches()) {
      throw new ParameterException(
          commandLine, "--cluster-name is not the name of an EKS cluster: " + clusterName);
    }
    URI endpoint = eksAuthEndpoint;
    if (endpoint != null && (endpoint.getScheme() == null || endpoint.getHost() == null)) {
      throw new ParameterException(
          commandLine,
          "--eks-auth-endpoint is not a URL like https://eks-auth.example.com: " + endpoint);
    }
    return new TargetsConfig(
        clusterName.isEmpty() ? Optional.empty() : Optional.of(clusterName),
        Optional.ofNullable(endpoint));
  }
}
