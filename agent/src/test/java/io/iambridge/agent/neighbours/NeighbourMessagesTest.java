package io.iambridge.agent.neighbours;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.agent.neighbours.Neighbour.Link;
import io.iambridge.agent.neighbours.NeighbourMessages.End;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With what Linux 6.18 sent for {@code ip neigh add} and the like on a little-endian machine. */
@EnabledIf("isLittleEndian")
class NeighbourMessagesTest {
  private static final String REACHABLE =
      "4c0000001c00000000000000de3d0000020000000700000002000003080001000a0000070a00020002000000"
          + "0007000008000400000000001400030000000000000000000000000002000000";
  private static final String STALE_SIX =
      "580000001c00000000000000e03d00000a000000070000000400000114000100fd0000000000000000000000"
          + "000000070a000200020000000009000008000400000000001400030070170000000000000000000001000000";
  private static final String FAILED =
      "400000001c00000000000000d93d0000020000000700000020000003080001000a0000070800040000000000"
          + "1400030071170000020000000100000001000000";
  private static final String DELETED =
      "400000001d0000000000000000000000020000000700000020000003080001000a0000070800040000000000"
          + "1400030071170000020000000100000000000000";

  /** One neighbour, three multicast groups, and the end. */
  private static final String DUMP =
      "580000001c0002000100000068461af50a000000070000000400000114000100fd0000000000000000000000"
          + "000000070a000200020000000009000008000400000000001400030080170000100000001000000000000000"
          + "580000001c0002000100000068461af50a000000070000004000000514000100ff0200000000000000000000"
          + "000000160a000200333300000016000008000400000000001400030082170000120000001200000000000000"
          + "580000001c0002000100000068461af50a000000020000004000000514000100ff0200000000000000000000"
          + "000000160a000200333300000016000008000400000000001400030082170000120000001200000000000000"
          + "14000000030002000100000068461af500000000";

  private static final Neighbour FOUR = neighbour("10.0.0.7", "02:00:00:00:00:07");
  private static final Neighbour SIX = neighbour("fd00::7", "02:00:00:00:00:09");

  private final List<Neighbour> found = new ArrayList<>();

  static boolean isLittleEndian() {
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
  }

  private static Neighbour neighbour(String address, String link) {
    return new Neighbour(InetAddress.ofLiteral(address), new Link(7, link));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private End read(byte[] datagram) {
    return NeighbourMessages.read(ByteBuffer.wrap(datagram), found::add);
  }

  @Test
  void eventsOfBothFamiliesAreRead() {
    assertThat(read(bytes(REACHABLE))).isEqualTo(End.GOES_ON);
    assertThat(read(bytes(STALE_SIX))).isEqualTo(End.GOES_ON);
    assertThat(found).containsExactly(FOUR, SIX);
  }

  @Test
  void severalMessagesInOneDatagramAreRead() {
    read(bytes(REACHABLE + FAILED + STALE_SIX));
    assertThat(found).containsExactly(FOUR, SIX);
  }

  @Test
  void dumpIsReadToItsEnd() {
    assertThat(read(bytes(DUMP))).isEqualTo(End.DONE);
    assertThat(found).containsExactly(SIX);
  }

  @Test
  void refusalEndsADump() {
    // EPERM, with the request it answers.
    assertThat(read(bytes("2400000002000000010000000000000000000000" + "ff".repeat(16))))
        .isEqualTo(End.FAILED);
  }

  @ParameterizedTest
  @ValueSource(strings = {FAILED, DELETED, ""})
  void whatTellsNobodysIdentityIsPassedOver(String hex) {
    assertThat(read(bytes(hex))).isEqualTo(End.GOES_ON);
    assertThat(found).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(bytes = {0x01, 0x20, 0x40})
  void entryThatIsNotResolvedIsPassedOver(byte state) {
    byte[] datagram = bytes(REACHABLE);
    datagram[24] = state;
    read(datagram);
    assertThat(found).isEmpty();
  }

  @Test
  void proxiesAndOtherFamiliesArePassedOver() {
    byte[] proxy = bytes(REACHABLE);
    proxy[26] = 0x08;
    read(proxy);
    byte[] bridge = bytes(REACHABLE);
    bridge[16] = 7;
    read(bridge);
    assertThat(found).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"7f000001", "e0000001", "a9fe0101", "00000000"})
  void addressThatIsNoPodsIsPassedOver(String address) {
    read(bytes(REACHABLE.replace("0a000007", address)));
    assertThat(found).isEmpty();
  }

  @Test
  void damagedDatagramsDoNoHarm() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<byte[]> good =
        Stream.of(REACHABLE, STALE_SIX, FAILED, DELETED, DUMP, REACHABLE + STALE_SIX)
            .map(NeighbourMessagesTest::bytes)
            .toList();
    for (int i = 0; i < 20_000; i++) {
      byte[] datagram = good.get(random.nextInt(good.size())).clone();
      for (int damage = random.nextInt(8); damage >= 0; damage--) {
        datagram[random.nextInt(datagram.length)] =
            random.nextBoolean() ? (byte) random.nextInt() : (byte) -random.nextInt(2);
      }
      int length = random.nextInt(datagram.length + 1);
      found.clear();
      NeighbourMessages.read(ByteBuffer.wrap(datagram, 0, length), found::add);
      assertThat(found).as("seed %d, turn %d", seed, i).hasSizeLessThan(8);
    }
  }
}
