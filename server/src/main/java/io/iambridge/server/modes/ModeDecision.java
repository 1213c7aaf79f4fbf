package io.iambridge.server.modes;

import java.util.Optional;

/**
 * Which mode is in force, and who said so.
 *
 * @param mode the mode
 * @param setBy whose word it is
 * @param fallback whether credentials of mode {@code kiam} are taken when the mode's own mechanism
 *     gives none
 * @param unknown what the label says, where that is no mode; the mode is {@code kiam} then
 */
public record ModeDecision(Mode mode, SetBy setBy, boolean fallback, Optional<String> unknown) {
  /** Where nothing is said: kiam's way. */
  public static final ModeDecision KIAM =
      new ModeDecision(Mode.KIAM, SetBy.DEFAULT, /* fallback= */ true, Optional.empty());

  /** Whose word a mode is. */
  public enum SetBy {
    /** The pod's own label. */
    POD,
    /** Its namespace's label. */
    NAMESPACE,
    /** {@code --default-mode}, since neither has the label. */
    DEFAULT
  }
}
