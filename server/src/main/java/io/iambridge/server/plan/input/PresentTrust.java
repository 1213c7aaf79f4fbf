package io.iambridge.server.plan.input;

import io.iambridge.server.plan.trust.TrustDocument;

/** What is known of a role's trust policy. */
public sealed interface PresentTrust {
  /** It was read. */
  record Known(TrustDocument document) implements PresentTrust {}

  /** There is no such role. */
  record NoRole() implements PresentTrust {}

  /**
   * It could not be read.
   *
   * @param why in one line
   */
  record NotReadable(String why) implements PresentTrust {}
}
