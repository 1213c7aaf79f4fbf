package io.iambridge.server.rehearsal;

import io.iambridge.server.roles.RoleArn;

/** Shows trust policies of roles, where we may see them. */
@FunctionalInterface
public interface TrustPolicies {
  /** Where nothing may be seen. */
  TrustPolicies HIDDEN = role -> new Look.Hidden("the server may not see it");

  /** Looks at a role's; blocks, for a bounded time, and never throws. */
  Look of(RoleArn role);

  /** What is seen. */
  sealed interface Look {
    /** The policy's JSON. */
    record Seen(String policy) implements Look {}

    /** There is no such role. */
    record NoRole() implements Look {}

    /** We may not look, or got no answer. */
    record Hidden(String why) implements Look {}
  }
}
