package io.iambridge.agent.podidentity;

import io.iambridge.common.cli.HostPort;

/**
 * What operators choose.
 *
 * @param eksAgent where the EKS Pod Identity agent of the node is, an address and a port; asked in
 *     mode {@code FORWARD} only
 */
public record PodIdentityConfig(Mode mode, HostPort eksAgent) {
  /** Where the EKS agent binds by default. */
  public static final HostPort EKS_AGENT = new HostPort("169.254.170.23", 80);

  /** What happens with requests for 169.254.170.23. */
  public enum Mode {
    /** They are answered here. */
    SERVE,
    /** They are answered here for callers with a binding; others' go to the EKS agent. */
    FORWARD,
    /** They are not known here. */
    OFF
  }

  /** Whether pods' requests for the address have to come here. */
  public boolean intercepts() {
    return mode != Mode.OFF;
  }

  /**
   * Whether the node's own requests have to come here too, which are those of hostNetwork pods. Not
   * where the EKS agent has the address: what we hand over would come back to us.
   */
  public boolean interceptsForHostNetwork() {
    return mode == Mode.SERVE;
  }
}
