package io.iambridge.common.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScreenTest {
  private final StringWriter shown = new StringWriter();

  private Screen screen(boolean colour) {
    return new Screen(new PrintWriter(shown), colour);
  }

  private String shown() {
    return shown.toString().replace(System.lineSeparator(), "|");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u001b", "\n", "\r", "\b", "\u0007", "\u007f", "\u009b", "\u0085", "\u2028", "\u2029",
        "\u202a", "\u202e", "\u2066", "\u2069", "\u200f", "\ufeff"
      })
  void whatOthersWroteMovesNoCursorAndTurnsNoText(String evil) {
    String text = "a" + evil + "[2Jb";
    screen(/* colour= */ false).line(text);
    screen(/* colour= */ false).line(Style.BAD, text);
    screen(/* colour= */ false).heading(text);
    screen(/* colour= */ false).table(new Table("N").row(new Cell(text, Style.GOOD)));

    assertThat(shown()).isEqualTo("a?[2Jb|a?[2Jb||a?[2Jb|N|a?[2Jb|");
  }

  @Test
  void ourOwnColoursAreShown() {
    screen(/* colour= */ true).line(Style.BAD, "x\u001b[0my");
    screen(/* colour= */ true).table(new Table("N").row(new Cell("z", Style.GOOD)));

    assertThat(shown())
        .isEqualTo("\u001b[31mx?[0my\u001b[0m|\u001b[1mN\u001b[0m|\u001b[32mz\u001b[0m|");
  }

  @Test
  void lettersOfAllPeoplesAreShown() {
    screen(/* colour= */ false).line("naïve, שלום, 🐘 …");

    assertThat(shown()).isEqualTo("naïve, שלום, 🐘 …|");
  }

  @Test
  void linesAreBrokenWhereWeBrokeThem() {
    screen(/* colour= */ false).lines("{\n  \"a\": 1\n}");

    assertThat(shown()).isEqualTo("{|  \"a\": 1|}|");
  }
}
