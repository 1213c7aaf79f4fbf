package io.iambridge.sandbox.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MatrixPageTest {
  private static final SdkClient CLIENT =
      new SdkClient("boto-2", "boto", "2.49.0", "apt python3-boto", List.of(Way.IMDS_V1), true);
  private static final Requests SENT =
      new Requests(Map.of("role_list", 1L, "credentials", 1L), Map.of("v1", 2L));

  private static String page(Said said) {
    return MatrixPage.of(
        LocalDate.of(2026, 1, 2),
        List.of(new Outcome(CLIENT, Way.IMDS_V1, said, SENT, "arn:own")),
        Map.of());
  }

  private static Said is(String arn) {
    return new Said("boto", "2.49.0", Optional.of(arn), Optional.of(19.6), Optional.empty());
  }

  @Test
  void aClientIsARow() {
    assertThat(page(is("arn:own")))
        .contains("of 2026-01-02")
        .contains(
            "| boto | 2.49.0 | 169.254.169.254 | 2: role list, credentials | 20 ms | v1 | ok |\n");
  }

  @Test
  void anotherRoleOrAnErrorIsToldAndCannotBreakTheTable() {
    assertThat(page(is("arn:node"))).contains("| **is arn:node** |\n");
    Said broken = new Said("boto", "2", Optional.empty(), Optional.empty(), Optional.of("a|b\nc"));
    assertThat(page(broken)).contains("| – | v1 | **a\\|b c** |\n");
  }

  @Test
  void whatCannotBeInstalledIsNamedWithItsReason() {
    String page = MatrixPage.of(LocalDate.of(2026, 1, 2), List.of(), Map.of(CLIENT, "no network"));

    assertThat(page).contains("| boto | 2.49.0 | Debian | no network |\n");
  }
}
