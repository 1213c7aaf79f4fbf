package io.iambridge.agent.metadata;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Routes that legacy software really asks for, by name; a preset is named as in {@code
 * --allow-routes}.
 */
public enum Preset {
  REGION("meta-data/placement/region"),
  AZ("meta-data/placement/availability-zone(?:-id)?"),
  INSTANCE_ID("meta-data/instance-id"),
  INSTANCE_TYPE("meta-data/instance-type"),
  AMI_ID("meta-data/ami-id"),

  /**
   * The document, and the list that boto 2 asks for first. Not the signatures: with them a pod can
   * prove to others (Vault's EC2 login is one) that it is the node.
   */
  INSTANCE_IDENTITY("dynamic/instance-identity(?:/document)?"),
  HOSTNAME("meta-data/(?:local-)?hostname"),
  LOCAL_IPV4("meta-data/local-ipv4"),
  PUBLIC_IPV4("meta-data/public-(?:ipv4|hostname)"),
  MAC("meta-data/mac"),
  NETWORK("meta-data/network(?:/.+)?"),
  SERVICES("meta-data/services(?:/(?:domain|partition))?"),

  /** What a pod on a spot instance has to know to leave in time. */
  SPOT("meta-data/(?:spot/(?:instance-action|termination-time)|events/recommendations/rebalance)"),
  TAGS("meta-data/tags(?:/instance(?:/[^/]+)?)?"),
  LIFECYCLE(
      "meta-data/(?:instance-life-cycle|autoscaling/target-lifecycle-state"
          + "|events/maintenance/(?:scheduled|history))");

  private final Pattern pattern;

  Preset(String belowVersion) {
    this.pattern = Pattern.compile("/[^/]+/" + belowVersion);
  }

  boolean allows(MetadataPath path) {
    return pattern.matcher(path.value()).matches();
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
