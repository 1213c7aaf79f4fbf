package io.iambridge.server.kubernetes;

import io.iambridge.proto.v1.Reason;

/** Why an Event is written: the word in its reason field, by which people filter. */
public enum EventReason {
  /** A good namespace rule, or a missing one, does not permit the role. */
  ROLE_DENIED("RoleDenied"),
  /** The pod's annotations do not name a role, a session or an external id. */
  ROLE_INVALID("RoleInvalid"),
  /** The namespace's rule cannot be read, so it permits nothing. */
  NAMESPACE_RULE_INVALID("NamespaceRuleInvalid"),
  /** STS gives no credentials for the role. */
  CREDENTIALS_FAILED("CredentialsFailed"),
  /** The pod shares its node's address, by which nobody can tell it. */
  HOST_NETWORK_NOT_SERVED("HostNetworkNotServed"),
  /** Several pods claim one address. */
  ADDRESS_AMBIGUOUS("AddressAmbiguous"),
  /** The label iambridge.io/mode is no mode. */
  MODE_UNKNOWN("ModeUnknown"),
  /** The mode's own mechanism gives nothing, so it is as in mode kiam. */
  CREDENTIALS_FALLBACK("CredentialsFallback"),
  /** The mode's own mechanism would give no role, and falling back is switched off or of no use. */
  TARGET_ROLE_MISSING("TargetRoleMissing"),
  /** The pod is retired, and asked all the same. */
  RETIRED("Retired");

  private final String word;

  EventReason(String word) {
    this.word = word;
  }

  /** In CamelCase, as Kubernetes' own. */
  public String word() {
    return word;
  }

  static EventReason of(Reason reason) {
    return switch (reason) {
      case INVALID_ROLE, INVALID_SESSION -> ROLE_INVALID;
      case INVALID_NAMESPACE_RULE -> NAMESPACE_RULE_INVALID;
      case NO_TARGET_ROLE -> TARGET_ROLE_MISSING;
      case RETIRED -> EventReason.RETIRED;
      case NAMESPACE_PERMITS_NOTHING, ROLE_NOT_PERMITTED -> ROLE_DENIED;
      default -> CREDENTIALS_FAILED;
    };
  }
}
