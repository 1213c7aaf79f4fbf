package io.iambridge.common.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class TableTest {
  private final Table table =
      new Table("POD", "STATUS")
          .row(Cell.of("shop/cart"), new Cell("200", Style.GOOD))
          .row(Cell.of("a"), new Cell("", Style.BAD));

  @Test
  void columnsAreAlignedAndLinesHaveNoSpacesAtTheirEnds() {
    assertThat(table.lines(/* colour= */ false))
        .containsExactly("POD        STATUS", "shop/cart  200", "a");
  }

  @Test
  void coloursDoNotDisturbTheAlignment() {
    assertThat(table.lines(/* colour= */ true).get(1))
        .isEqualTo("shop/cart  \u001b[32m200\u001b[0m");
  }

  @Test
  void aRowHasACellForEachColumn() {
    assertThatIllegalArgumentException().isThrownBy(() -> table.row(Cell.of("x")));
  }
}
