package io.iambridge.server.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class TargetSessionNamesTest {
  @Test
  void aSessionIsNamedAfterItsNamespaceAndPod() {
    assertThat(TargetSessionNames.of("", "demo", "web-7d4b9-x2x")).isEqualTo("demo.web-7d4b9-x2x");
  }

  @Test
  void thePodsAnnotationIsTakenWithoutAPrefix() {
    assertThat(TargetSessionNames.of("orders", "demo", "web")).isEqualTo("orders");
    assertThat(TargetSessionNames.of("a b/c", "demo", "web")).isEqualTo("a-b-c");
    assertThat(TargetSessionNames.of("x", "demo", "web")).isEqualTo("x-");
  }

  @Test
  void longNamesThatBeginAlikeAreToldApart() {
    String long1 = TargetSessionNames.of("", "team", "a".repeat(80) + "1");
    String long2 = TargetSessionNames.of("", "team", "a".repeat(80) + "2");
    assertThat(long1).hasSize(64).startsWith("team.aaa").isNotEqualTo(long2);
    assertThat(TargetSessionNames.of("", "team", "a".repeat(59))).hasSize(64).endsWith("aaa");
  }

  /** STS API reference, AssumeRoleWithWebIdentity, RoleSessionName. */
  @Test
  void whateverIsWrittenTheNameIsLegal() {
    long seed = 20261122;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String text =
          random
              .ints(random.nextInt(100), 1, 0x3000)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      assertThat(TargetSessionNames.of(text, "n", "p"))
          .as("seed %d: %s", seed, text)
          .matches("[\\w+=,.@-]{2,64}");
    }
  }
}
