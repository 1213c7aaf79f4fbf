package io.iambridge.server.plan.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iambridge.common.cli.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanFolderTest {
  @TempDir Path temp;

  @Test
  void filesAreWrittenAndScriptsCanBeRun() throws IOException {
    Path out = temp.resolve("a/b");
    assertThat(write(out, Map.of("README.md", "hello\n", "x/y.sh", "#!/bin/sh\n"))).isEqualTo(2);
    assertThat(out.resolve("README.md")).hasContent("hello\n");
    assertThat(Files.isExecutable(out.resolve("x/y.sh"))).isTrue();
    assertThat(Files.isExecutable(out.resolve("README.md"))).isFalse();
  }

  @Test
  void theSamePlanAgainChangesNothing() throws IOException {
    Path out = temp.resolve("plan");
    write(out, Map.of("a", "1", "b/c", "2"));
    List<String> before = everything(out);
    assertThat(write(out, Map.of("a", "1", "b/c", "2"))).isZero();
    assertThat(everything(out)).isEqualTo(before);
  }

  @Test
  void whatAnEarlierPlanHadIsRemovedAndNothingElse() throws IOException {
    Path out = temp.resolve("plan");
    write(out, Map.of("a", "1", "b/c", "2", "d/e/f", "3", "d/g", "4"));
    Files.writeString(out.resolve("d/mine"), "mine");
    assertThat(write(out, Map.of("a", "other"))).isEqualTo(4);
    assertThat(everything(out)).containsExactly(PlanFolder.MARKER, "a", "d", "d/mine");
  }

  @Test
  void aFolderWithOtherFilesIsRefused() throws IOException {
    Files.writeString(temp.resolve("thesis.txt"), "precious");
    assertThatThrownBy(() -> new PlanFolder(temp).earlier())
        .isInstanceOf(StartException.class)
        .hasMessageContaining("not an earlier plan's");
    assertThatThrownBy(() -> write(temp, Map.of("a", "1"))).isInstanceOf(StartException.class);
    assertThat(everything(temp)).containsExactly("thesis.txt");
    assertThatThrownBy(() -> new PlanFolder(temp.resolve("thesis.txt")).earlier())
        .isInstanceOf(StartException.class)
        .hasMessageContaining("not a folder");
  }

  @Test
  void aMarkerThatIsNotOursIsRefusedAndNothingOutsideIsTouched() throws IOException {
    Path out = temp.resolve("plan");
    write(out, Map.of("a", "1"));
    Path outside = Files.writeString(temp.resolve("outside"), "precious");
    Path marker = out.resolve(PlanFolder.MARKER);
    Files.writeString(marker, Files.readString(marker) + "../outside\n");
    assertThatThrownBy(() -> write(out, Map.of("a", "1"))).isInstanceOf(StartException.class);
    assertThat(outside).exists();
    Files.writeString(marker, "something else\n");
    assertThatThrownBy(() -> write(out, Map.of("a", "1"))).isInstanceOf(StartException.class);
  }

  @Test
  void aFirstRunThatWasKilledIsNotInTheWay() throws IOException {
    Files.writeString(temp.resolve(".iambridge-plan.new"), "half");
    assertThat(write(temp, Map.of("a", "1"))).isEqualTo(1);
    assertThat(everything(temp)).containsExactly(PlanFolder.MARKER, "a");
  }

  private static int write(Path folder, Map<String, String> files) {
    return new PlanFolder(folder).write(new TreeMap<>(files));
  }

  private static List<String> everything(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(path -> !path.equals(folder))
          .map(path -> folder.relativize(path).toString())
          .sorted()
          .toList();
    }
  }
}
