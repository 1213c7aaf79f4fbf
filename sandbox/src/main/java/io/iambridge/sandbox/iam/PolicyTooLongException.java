package io.iambridge.sandbox.iam;

/** A trust policy is longer than its account's quota. */
public final class PolicyTooLongException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  PolicyTooLongException(int quota) {
    super("Cannot exceed quota for ACLSizePerRole: " + quota);
  }
}
