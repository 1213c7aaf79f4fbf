package io.iambridge.sandbox.model;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.iambridge.agent.imds.SessionTokens;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class CallerModelTest {
  @TempDir Path directory;

  @Test
  void zeroWrong() {
    ((Logger) LoggerFactory.getLogger("io.iambridge")).setLevel(Level.OFF);
    SessionTokens tokens = SessionTokens.withKeyIn(directory, new SecureRandom());
    long first = Long.getLong("model.seed", System.nanoTime());
    int steps = Integer.getInteger("model.steps", 20_000);
    int length = Integer.getInteger("model.length", 500);
    Map<Oracle.Finding, Integer> all = new EnumMap<>(Oracle.Finding.class);
    long questions = 0;
    long start = System.nanoTime();
    for (int i = 0; i < steps / length; i++) {
      List<Operation> history = Histories.of(first + i, length);
      var failure = Shrinker.run(history, tokens, Tracing.NONE);
      if (failure.failure() != null) {
        System.out.println("SEED " + (first + i) + " " + failure.failure());
        if (!(failure.failure() instanceof Violation)) failure.failure().printStackTrace(System.out);
        List<Operation> least = Shrinker.shrink(history, tokens);
        List<String> lines = new ArrayList<>();
        var again = Shrinker.run(least, tokens, (t, v) -> lines.add(String.format(Locale.ROOT, t, v)));
        lines.forEach(System.out::println);
        System.out.println("=> " + again.failure());
        if (again.failure() != null && !(again.failure() instanceof Violation)) again.failure().printStackTrace(System.out);
        assertThat(failure.failure()).isNull();
      }
      questions += failure.history().questions();
      failure.history().findings().forEach((k, v) -> all.merge(k, v, Integer::sum));
    }
    System.out.println("seed " + first + " questions " + questions + " " + all + " cpu " + java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1_000_000 + " ms " + (System.nanoTime() - start) / 1_000_000);
  }
}
