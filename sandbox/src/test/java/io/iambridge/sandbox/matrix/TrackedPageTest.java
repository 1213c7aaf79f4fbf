package io.iambridge.sandbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrackedPageTest {
  @TempDir private Path folder;

  private static String page(int day, double millis, long requests) {
    SdkClient client = new SdkClient("a", "A", "1", "npm a", List.of(Way.IMDS_V1), true);
    Said said = new Said("A", "1", Optional.of("arn"), Optional.of(millis), Optional.empty());
    Requests sent = new Requests(Map.of("credentials", requests), Map.of("v1", requests));
    return MatrixPage.of(
        LocalDate.of(2026, 1, day),
        List.of(new Outcome(client, Way.IMDS_V1, said, sent, "arn")),
        Map.of());
  }

  private String after(String first, String second) throws IOException {
    Path file = folder.resolve("page.md");
    TrackedPage.update(file, first);
    TrackedPage.update(file, second);
    return Files.readString(file);
  }

  @Test
  void anotherDayAndOtherTimesLeaveItAsItIs() throws IOException {
    assertThat(after(page(1, 7, 1), page(2, 1234, 1))).isEqualTo(page(1, 7, 1));
  }

  @Test
  void anythingElseIsWritten() throws IOException {
    assertThat(after(page(1, 7, 1), page(2, 1234, 2))).isEqualTo(page(2, 1234, 2));
  }
}
