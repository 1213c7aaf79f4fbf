package io.iambridge.agent.interception;

import io.iambridge.agent.address.Family;
import java.net.InetAddress;

/**
 * The addresses pods ask.
 *
 * @param imds the instance metadata service (EC2 User Guide, "Access instance metadata")
 * @param podIdentity the EKS Pod Identity agent (its {@code --bind-hosts})
 */
record MetadataAddresses(InetAddress imds, InetAddress podIdentity) {
  private static final MetadataAddresses IPV4 =
      new MetadataAddresses(
          InetAddress.ofLiteral("169.254.169.254"), InetAddress.ofLiteral("169.254.170.23"));
  private static final MetadataAddresses IPV6 =
      new MetadataAddresses(
          InetAddress.ofLiteral("fd00:ec2::254"), InetAddress.ofLiteral("fd00:ec2::23"));

  static MetadataAddresses of(Family family) {
    return family == Family.IPV4 ? IPV4 : IPV6;
  }

  /** Whether the address is one that is asked, and so cannot be one that answers. */
  static boolean include(InetAddress address) {
    MetadataAddresses those = of(Family.of(address));
    return address.equals(those.imds) || address.equals(those.podIdentity);
  }
}
