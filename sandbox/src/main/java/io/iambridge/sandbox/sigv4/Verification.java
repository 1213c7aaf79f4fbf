package io.iambridge.sandbox.sigv4;

import io.iambridge.sandbox.iam.AccessKey;

/** What the check of a signature found. */
public sealed interface Verification {

  /** The request was signed with this key. */
  record Signed(AccessKey key) implements Verification {}

  /**
   * The request is refused.
   *
   * @param code AWS's error code, e.g. {@code SignatureDoesNotMatch}
   */
  record Refused(int status, String code, String message) implements Verification {}
}
