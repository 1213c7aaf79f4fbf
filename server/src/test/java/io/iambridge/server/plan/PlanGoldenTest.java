package io.iambridge.server.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.plan.input.PlanInput;
import io.iambridge.server.plan.model.Planner;
import io.iambridge.server.plan.text.PlanFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plans are compared byte by byte with {@code src/test/resources/plans}; {@code
 * -Diambridge.golden=write} writes them there instead.
 */
class PlanGoldenTest {
  private static final Path PLANS = Path.of("src/test/resources/plans");

  static Stream<String> cases() {
    return PlanCases.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void thePlanIsTheSameAsEver(String name) throws IOException {
    PlanInput input = PlanCases.all().get(name);
    SortedMap<String, String> files = PlanFiles.of(Planner.plan(input));
    Path folder = PLANS.resolve(name);
    if ("write".equals(System.getProperty("iambridge.golden"))) {
      write(folder, files);
    }
    Map<String, String> golden = read(folder);
    assertThat(files.keySet()).containsExactlyElementsOf(golden.keySet());
    files.forEach((path, text) -> assertThat(text).as(path).isEqualTo(golden.get(path)));
  }

  private static void write(Path folder, SortedMap<String, String> files) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> old = Files.walk(folder)) {
        for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
  }

  private static SortedMap<String, String> read(Path folder) throws IOException {
    SortedMap<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      List<Path> regular = paths.filter(Files::isRegularFile).toList();
      for (Path path : regular) {
        files.put(folder.relativize(path).toString().replace('\\', '/'), Files.readString(path));
      }
    }
    return files;
  }
}
