package io.iambridge.sandbox.model;

/** Credentials of one STS session, by what STS was asked. */
record Grant(String roleArn, String sessionName, String externalId) {
  /** What the role list shows. */
  String roleName() {
    return roleArn.substring(roleArn.lastIndexOf('/') + 1);
  }
}
