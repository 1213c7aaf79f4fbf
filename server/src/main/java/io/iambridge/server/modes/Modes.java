package io.iambridge.server.modes;

import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.modes.ModeDecision.SetBy;
import java.util.Map;
import java.util.Optional;

/**
 * Decides which mode is in force: a pod's label before its namespace's, and that before the
 * default. A value that is no mode means {@code kiam}, whatever the default: it was written to
 * change something, and what always worked is the safest thing to do until it is mended.
 */
public final class Modes {
  /**
   * On a namespace; on a pod it overrides its namespace's. {@code false} switches off that
   * credentials of mode {@code kiam} are taken when a mode's own mechanism gives none.
   */
  public static final String FALLBACK = "iambridge.io/fallback";

  private static final String OFF = "false";

  private final Mode defaultMode;

  /**
   * @param defaultMode of namespaces without the label: {@code --default-mode}
   */
  public Modes(Mode defaultMode) {
    this.defaultMode = defaultMode;
  }

  /** The mode of the namespace, and of its pods that do not say otherwise. */
  public ModeDecision of(Namespace namespace) {
    return decide(namespace.labels(), SetBy.NAMESPACE, fallback(namespace))
        .orElse(
            new ModeDecision(
                defaultMode, SetBy.DEFAULT, fallback(namespace), /* unknown= */ Optional.empty()));
  }

  /** The mode of the pod, which is of the namespace. */
  public ModeDecision of(Namespace namespace, Pod pod) {
    boolean fallback = fallback(namespace);
    if (pod.labels().containsKey(FALLBACK)) {
      fallback = isOn(pod.labels());
    }
    ModeDecision inherited = of(namespace);
    return decide(pod.labels(), SetBy.POD, fallback)
        .orElse(
            new ModeDecision(inherited.mode(), inherited.setBy(), fallback, inherited.unknown()));
  }

  private static Optional<ModeDecision> decide(
      Map<String, String> labels, SetBy setBy, boolean fallback) {
    return Optional.ofNullable(labels.get(Mode.LABEL))
        .map(value -> {
          Optional<Mode> mode = Mode.ofLabel(value);
          return new ModeDecision(
              mode.orElse(Mode.KIAM),
              setBy,
              fallback,
              mode.isPresent() ? Optional.empty() : Optional.of(value));
        });
  }

  private static boolean fallback(Namespace namespace) {
    return isOn(namespace.labels());
  }

  private static boolean isOn(Map<String, String> labels) {
    return !OFF.equals(labels.get(FALLBACK));
  }
}
