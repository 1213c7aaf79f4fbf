package io.iambridge.common.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloseOrderTest {
  private final List<String> closed = new ArrayList<>();
  private final CloseOrder order = new CloseOrder();

  @Test
  void whatWasAddedLastIsClosedFirstAndOnce() {
    AutoCloseable first = () -> closed.add("first");
    assertThat(order.add(first)).isSameAs(first);
    assertThat(order.add("second", closed::add)).isEqualTo("second");
    order.close();
    order.close();
    assertThat(closed).containsExactly("second", "first");
  }

  @Test
  void whatFailsKeepsNothingElseOpenAndIsTold() {
    IOException trouble = new IOException("does not close");
    order.add("first", closed::add);
    order.add(() -> {
      throw trouble;
    });
    order.add("last", closed::add);
    assertThat(order.closeAll()).containsExactly(trouble);
    assertThat(closed).containsExactly("last", "first");
    assertThat(order.closeAll()).isEmpty();
  }
}
