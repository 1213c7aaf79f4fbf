package io.iambridge.server.modes;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far a namespace, or a pod of it, has migrated; the value of the label {@link #LABEL}. */
public enum Mode {
  /** The server assumes roles, as kiam did. */
  KIAM,
  /** The same; and what the target mechanism would give is tried, thrown away and reported. */
  REHEARSE,
  /** AssumeRoleWithWebIdentity with a token of the pod's own service account. */
  IRSA,
  /** EKS Auth's AssumeRoleForPodIdentity. */
  POD_IDENTITY,
  /** Nothing is served any more; every attempt is recorded. */
  RETIRED;

  /** On a namespace; on a pod it overrides its namespace's. */
  public static final String LABEL = "iambridge.io/mode";

  /** The label's value: {@code pod-identity}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The mode of a label's value; empty for a value that is none. */
  public static Optional<Mode> ofLabel(String value) {
    return Arrays.stream(values()).filter(mode -> mode.label().equals(value)).findFirst();
  }
}
