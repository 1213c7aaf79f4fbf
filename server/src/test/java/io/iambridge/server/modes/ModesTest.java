package io.iambridge.server.modes;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.callers.TestPods;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.modes.ModeDecision.SetBy;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ModesTest {
  private final Modes modes = new Modes(Mode.KIAM);

  private static Namespace demo(Map<String, String> labels) {
    return new Namespace("demo", "uid-demo", Map.of(), labels);
  }

  private ModeDecision decide(Map<String, String> namespace, Map<String, String> pod) {
    return modes.of(demo(namespace), TestPods.pod("a").labels(pod).build());
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void aPodHasTheModeOfItsNamespace(Mode mode) {
    assertThat(decide(Map.of(Mode.LABEL, mode.label()), Map.of()))
        .isEqualTo(new ModeDecision(mode, SetBy.NAMESPACE, true, Optional.empty()));
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void aPodsOwnLabelOverridesItsNamespaces(Mode mode) {
    assertThat(decide(Map.of(Mode.LABEL, "retired"), Map.of(Mode.LABEL, mode.label())))
        .isEqualTo(new ModeDecision(mode, SetBy.POD, true, Optional.empty()));
  }

  @Test
  void withoutALabelItIsTheDefaultMode() {
    assertThat(decide(Map.of(), Map.of())).isEqualTo(ModeDecision.KIAM);
    Modes irsa = new Modes(Mode.IRSA);
    assertThat(irsa.of(demo(Map.of())))
        .isEqualTo(new ModeDecision(Mode.IRSA, SetBy.DEFAULT, true, Optional.empty()));
  }

  /** The default may be a mode that nobody has tried in that namespace. */
  @Test
  void anUnknownModeIsKiamAndNotTheDefault() {
    Modes irsa = new Modes(Mode.IRSA);
    assertThat(irsa.of(demo(Map.of(Mode.LABEL, "IRSA"))))
        .isEqualTo(new ModeDecision(Mode.KIAM, SetBy.NAMESPACE, true, Optional.of("IRSA")));
    assertThat(
            irsa.of(
                demo(Map.of(Mode.LABEL, "irsa")),
                TestPods.pod("a").labels(Map.of(Mode.LABEL, "")).build()))
        .isEqualTo(new ModeDecision(Mode.KIAM, SetBy.POD, true, Optional.of("")));
  }

  @ParameterizedTest
  @CsvSource({
    ",,true",
    "false,,false",
    ",false,false",
    "false,true,true",
    "true,false,false",
    "no,,true",
  })
  void fallbackIsOnUnlessALabelSaysFalse(String namespace, String pod, boolean on) {
    assertThat(decide(fallback(namespace), fallback(pod)).fallback()).isEqualTo(on);
  }

  private static Map<String, String> fallback(String value) {
    return value == null ? Map.of() : Map.of(Modes.FALLBACK, value);
  }
}
