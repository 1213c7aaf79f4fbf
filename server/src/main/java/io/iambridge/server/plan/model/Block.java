package io.iambridge.server.plan.model;

import java.util.List;
import java.util.Locale;

/**
 * Something that stands in the way.
 *
 * @param reason for programs
 * @param about the workload ({@code Deployment/web}), role or account
 * @param before the step that cannot be done, or not without harm, while it stands
 * @param what a sentence
 * @param remedies what can be done, each a sentence; any of them will do
 */
public record Block(Reason reason, String about, Stage before, String what, List<String> remedies) {

  /** The closed list of what can stand in the way. */
  public enum Reason {
    INVALID_ROLE,
    INVALID_AUDIENCE,
    ROLE_NOT_PERMITTED,
    NO_SUCH_ROLE,
    TRUST_NOT_READABLE,
    TRUST_DENIES,
    POLICY_TOO_LONG,
    PROVIDER_NOT_READABLE,
    OTHER_ACCOUNT,
    TEMPLATE_FIXED,
    SESSION_CONDITIONS,
    EXTERNAL_ID,
    SESSION_NAME,
    HOST_NETWORK,
    SDK_TOO_OLD,
    SILENT_FALLBACK,
    NOT_RESTARTED,
    ROLE_USED_ELSEWHERE;

    /** As JSON has it: {@code sdk-too-old}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public Block {
    remedies = List.copyOf(remedies);
  }
}
