package io.iambridge.server.targets;

import java.net.URI;
import java.util.Optional;

/**
 * What the target mechanisms need to know that the others do not.
 *
 * @param clusterName of this cluster in EKS; without it there is no pod identity
 * @param eksAuthEndpoint instead of the region's own, for VPC endpoints and tests
 */
public record TargetsConfig(Optional<String> clusterName, Optional<URI> eksAuthEndpoint) {
  /** Without pod identity. */
  public static final TargetsConfig NONE = new TargetsConfig(Optional.empty(), Optional.empty());
}
