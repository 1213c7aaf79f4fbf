package io.iambridge.server.rehearsal;

import io.iambridge.server.modes.Mode;
import java.util.Arrays;
import java.util.Optional;

/** The mechanism that a namespace is to move to; the value of its label {@link #LABEL}. */
public enum Target {
  /** AssumeRoleWithWebIdentity. */
  IRSA(Mode.IRSA),
  /** EKS Auth. */
  POD_IDENTITY(Mode.POD_IDENTITY);

  /** On a namespace. */
  public static final String LABEL = "iambridge.io/target";

  private final Mode mode;

  Target(Mode mode) {
    this.mode = mode;
  }

  /** The mode of a namespace that has got there. */
  public Mode mode() {
    return mode;
  }

  /** The label's value: {@code pod-identity}. */
  public String label() {
    return mode.label();
  }

  /** The target of a label's value; empty for a value that is none. */
  public static Optional<Target> ofLabel(String value) {
    return Arrays.stream(values()).filter(target -> target.label().equals(value)).findFirst();
  }
}
