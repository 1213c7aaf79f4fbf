package io.iambridge.sandbox.matrix;

import java.util.Optional;

/**
 * One client's run on one way.
 *
 * @param said its own words
 * @param sent what the agent was asked meanwhile
 * @param expected the ARN of its pod's role's session
 */
public record Outcome(SdkClient client, Way way, Said said, Requests sent, String expected) {

  /** Whether it is its own pod's role to STS. */
  public boolean good() {
    return said.arn().equals(Optional.of(expected));
  }
}
