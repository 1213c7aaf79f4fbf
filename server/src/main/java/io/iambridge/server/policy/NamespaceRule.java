package io.iambridge.server.policy;

import io.iambridge.server.roles.RoleArn;

/** What a namespace lets its pods become. */
public interface NamespaceRule {
  /** Whether pods of the namespace may have the role. */
  Verdict check(RoleArn role);
}
