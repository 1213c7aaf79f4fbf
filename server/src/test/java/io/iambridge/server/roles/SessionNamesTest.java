package io.iambridge.server.roles;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SessionNamesTest {
  private final SessionNames names = new SessionNames("kiam");

  @Test
  void podsWithoutAnAnnotationGetKiamsDefault() {
    assertThat(names.of("")).isEqualTo("kiam-kiam");
  }

  @Test
  void theAnnotationReplacesTheDefault() {
    assertThat(names.of("orders")).isEqualTo("kiam-orders");
  }

  @Test
  void whatStsRefusesBecomesADashForEachCharacter() {
    assertThat(names.of("team/a b:ü\uD83D\uDE00")).isEqualTo("kiam-team-a-b---");
    assertThat(names.of("a+b=c,d.e@f-g_h")).isEqualTo("kiam-a+b=c,d.e@f-g_h");
  }

  @Test
  void sixtyFourCharactersStayAndMoreAreCutTo63AsInKiam() {
    assertThat(names.of("x".repeat(59))).hasSize(64);
    assertThat(names.of("x".repeat(60))).hasSize(63);
    assertThat(names.of("x".repeat(5_000))).hasSize(63);
  }
}
