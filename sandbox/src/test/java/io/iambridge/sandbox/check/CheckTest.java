package io.iambridge.sandbox.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.terminal.Screen;
import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.SandboxPorts;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.walk.Moving;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Everything that {@code sandbox/quickstart --check} claims, and that it notices when a claim is
 * wrong.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CheckTest {
  private Sandbox sandbox;

  @BeforeAll
  void start() {
    sandbox = Sandbox.start(SandboxPorts.FREE);
    DemoCluster.create(sandbox);
    Moving.create(sandbox);
  }

  @AfterAll
  void stop() {
    sandbox.close();
  }

  @TestFactory
  Stream<DynamicTest> everyClaimHolds() {
    return new Check(sandbox)
        .proofs().entrySet().stream()
            .map(claim ->
                DynamicTest.dynamicTest(
                    claim.getKey(), () -> assertThat(claim.getValue().prove()).isNotEmpty()));
  }

  @Test
  void aClaimThatDoesNotHoldIsShownAndFailsTheCheck() {
    StringWriter out = new StringWriter();
    try (Sandbox empty = Sandbox.start(SandboxPorts.FREE)) {
      Check check = new Check(empty).patience(java.time.Duration.ofMillis(100));
      assertThat(check.run(new Screen(new PrintWriter(out), /* colour= */ false))).isFalse();
    }
    assertThat(out.toString()).contains("  WRONG  shop/cart").contains(" failed\n");
  }
}
