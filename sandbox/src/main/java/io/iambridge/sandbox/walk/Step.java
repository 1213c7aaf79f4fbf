package io.iambridge.sandbox.walk;

import io.iambridge.sandbox.demo.Gets;
import io.iambridge.server.modes.Mode;

/**
 * What was seen of the pod in a mode.
 *
 * @param gets who STS says the pod is, or why it gets nothing
 * @param mechanism the operation of AWS that gave it the credentials; {@code -} for none
 * @param rehearsal what was found by trying what the namespace may move to; {@code -} where nothing
 *     is tried
 */
public record Step(Mode mode, Gets gets, String mechanism, String rehearsal) {
  /** Where there is nothing to say. */
  static final String NONE = "-";
}
