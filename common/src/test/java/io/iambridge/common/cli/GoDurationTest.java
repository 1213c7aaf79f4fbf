package io.iambridge.common.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0, PT0S, 0s",
    "0s, PT0S, 0s",
    "15m, PT15M, 15m",
    "1h30m, PT1H30M, 1h30m",
    "90m, PT1H30M, 1h30m",
    "400ms, PT0.4S, 400ms",
    "1.5s, PT1.5S, 1s500ms",
    "36h, PT36H, 36h",
  })
  void goDurationsAreReadAndWritten(String text, Duration duration, String written) {
    assertThat(new GoDuration().convert(text)).isEqualTo(duration);
    assertThat(GoDuration.format(duration)).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "15", "m", "15 m", "-1s", "1s2", "1x", "PT1S", "1e3s", "99999999999999h"})
  void anythingElseIsRefusedWithAMessageThatShowsIt(String text) {
    assertThatThrownBy(() -> new GoDuration().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'");
  }
}
