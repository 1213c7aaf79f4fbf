package io.iambridge.sandbox.model;

/**
 * Credentials of one STS session, by what STS was asked.
 *
 * @param wanted the mechanism of the session that they were got for
 * @param given the one that gave them: another one when the wanted one failed
 * @param proof for whose token and which audience, and by which first role; empty for AssumeRole
 */
record Grant(
    String wanted,
    String given,
    String roleArn,
    String sessionName,
    String externalId,
    String proof) {
  static final String ASSUME_ROLE = "ASSUME_ROLE";
  static final String WEB_IDENTITY = "WEB_IDENTITY";
  static final String POD_IDENTITY = "POD_IDENTITY";

  /** As kiam got them. */
  static Grant assumed(String roleArn, String sessionName, String externalId) {
    return new Grant(ASSUME_ROLE, ASSUME_ROLE, roleArn, sessionName, externalId, "");
  }

  /** The same, got for a session of another mechanism, which failed. */
  Grant insteadOf(String mechanism) {
    return new Grant(mechanism, given, roleArn, sessionName, externalId, proof);
  }

  /** What the role list shows. */
  String roleName() {
    return roleArn.substring(roleArn.lastIndexOf('/') + 1);
  }
}
