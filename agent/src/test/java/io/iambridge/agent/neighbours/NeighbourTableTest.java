package io.iambridge.agent.neighbours;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.neighbours.Neighbour.Link;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class NeighbourTableTest {
  private static final InetAddress A = InetAddress.ofLiteral("10.0.0.7");
  private static final InetAddress B = InetAddress.ofLiteral("fd00::7");

  private final NeighbourTable table = new NeighbourTable();

  private boolean see(InetAddress address, int index, String link) {
    return table.see(new Neighbour(address, new Link(index, link)));
  }

  @Test
  void firstSightIsNoChange() {
    assertThat(table.stamp(A)).isZero();
    assertThat(see(A, 1, "x")).isFalse();
    assertThat(table.stamp(A)).isZero();
  }

  @Test
  void sameNeighbourAgainIsNoChange() {
    see(A, 1, "x");
    assertThat(see(A, 1, "x")).isFalse();
    assertThat(table.stamp(A)).isZero();
  }

  @Test
  void otherLinkAddressOrInterfaceIsAChangeOfThatAddressAlone() {
    see(A, 1, "x");
    see(B, 1, "x");
    assertThat(see(A, 1, "y")).isTrue();
    long first = table.stamp(A);
    assertThat(see(A, 2, "y")).isTrue();
    assertThat(table.stamp(A)).isNotIn(0L, first);
    assertThat(table.stamp(B)).isZero();
  }

  @Test
  void returnToTheSameInterfaceWithAnotherLinkAddressInBetweenIsTwoChanges() {
    see(A, 1, "x");
    assertThat(see(A, 1, "y")).isTrue();
    assertThat(see(A, 1, "x")).isTrue();
  }

  @Test
  void entryOfAnOldInterfaceThatGrowsOldIsNoChange() {
    see(A, 1, "x");
    see(A, 2, "y");
    long stamp = table.stamp(A);
    assertThat(see(A, 1, "x")).isFalse();
    assertThat(see(A, 2, "y")).isFalse();
    assertThat(table.stamp(A)).isEqualTo(stamp);
  }

  @Test
  void interfacesOfAnAddressAreBounded() {
    for (int index = 0; index <= NeighbourTable.MOST_INTERFACES; index++) {
      see(A, index, "x");
    }
    assertThat(see(A, 0, "x")).as("forgotten, so it counts").isTrue();
    assertThat(see(A, NeighbourTable.MOST_INTERFACES, "x")).isFalse();
  }

  @Test
  void whoIsForgottenForWantOfRoomHasAnotherStampAfterwards() {
    see(A, 1, "x");
    see(A, 1, "y");
    long before = table.stamp(A);
    for (int i = 0; i < NeighbourTable.MOST; i++) {
      see(InetAddress.ofLiteral("10.1.%d.%d".formatted(i / 256, i % 256)), 1, "x");
    }
    assertThat(table.size()).isEqualTo(NeighbourTable.MOST);
    assertThat(table.stamp(A)).as("forgotten").isZero();
    see(A, 1, "y");
    assertThat(table.stamp(A)).isNotIn(0L, before);
  }
}
