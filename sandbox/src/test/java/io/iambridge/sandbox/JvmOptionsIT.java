package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the programs' JVMs are told of themselves, as this JVM understands it. */
final class JvmOptionsIT {
  @ParameterizedTest
  @ValueSource(strings = {"../agent/jvm.options", "../server/jvm.options"})
  void theirMemoryIsNeverDumped(String file) throws Exception {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + file,
                "-XX:+PrintFlagsFinal",
                "-version")
            .redirectErrorStream(true)
            .start();
    String flags = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).as(flags).isZero();
    assertThat(flags)
        .containsPattern(" HeapDumpOnOutOfMemoryError +=  *false")
        .containsPattern(" DisableAttachMechanism +=  *true")
        .containsPattern(" CreateCoredumpOnCrash +=  *false")
        .containsPattern(" ExitOnOutOfMemoryError +=  *true");
  }
}
