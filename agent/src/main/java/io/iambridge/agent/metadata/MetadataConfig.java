package io.iambridge.agent.metadata;

import io.iambridge.common.cli.HostPort;

/**
 * What operators choose.
 *
 * @param routes what callers may have from it
 * @param address where the true metadata service is
 */
public record MetadataConfig(AllowedRoutes routes, HostPort address) {
  /** Where it is on every instance. */
  public static final HostPort DEFAULT_ADDRESS = new HostPort("169.254.169.254", 80);

  /** Nothing is asked of it. */
  public static final MetadataConfig NONE = new MetadataConfig(AllowedRoutes.NONE, DEFAULT_ADDRESS);
}
