package io.iambridge.sandbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SaidTest {
  @Test
  void theResultIsFoundAmongLogs() {
    assertThat(
            Said.parse(
                """
                WARN something
                {"client": "boto", "version": "2", "arn": "arn:x", "millisToCredentials": 1.5, "error": null}
                WARN more
                """))
        .isEqualTo(new Said("boto", "2", Optional.of("arn:x"), Optional.of(1.5), Optional.empty()));
  }

  @Test
  void anErrorIsKept() {
    assertThat(
            Said.parse(
                "{\"client\": \"boto\", \"version\": \"2\", \"arn\": null, \"millisToCredentials\":"
                    + " null, \"error\": \"no\"}"))
        .isEqualTo(new Said("boto", "2", Optional.empty(), Optional.empty(), Optional.of("no")));
  }

  @Test
  void aProgramWithoutAResultSaysWhatItPrinted() {
    assertThat(Said.parse("Traceback\nImportError").error())
        .hasValue("printed no result: Traceback\nImportError");
    assertThat(Said.parse("{\"client\" broken").error())
        .hasValue("printed no result: {\"client\" broken");
  }
}
