package io.iambridge.agent.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final InetAddress A = InetAddress.ofLiteral("10.0.0.1");
  private static final InetAddress B = InetAddress.ofLiteral("fd00::1");

  /** Close to its end, where it becomes negative. */
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);

  private final AddressPace paces = new AddressPace(10, 5, nanos::get);

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static int taken(BooleanSupplier take) {
    int taken = 0;
    while (taken < 100 && take.getAsBoolean()) {
      taken++;
    }
    return taken;
  }

  @Test
  void aBurstThenTheRate() {
    Pace pace = new Pace(10, 5, nanos::get);
    assertThat(taken(pace::take)).isEqualTo(5);
    pass(Duration.ofMillis(99));
    assertThat(pace.take()).isFalse();
    pass(Duration.ofMillis(1));
    assertThat(taken(pace::take)).isEqualTo(1);
    pass(Duration.ofMillis(300));
    assertThat(taken(pace::take)).isEqualTo(3);
    pass(Duration.ofDays(1));
    assertThat(taken(pace::take)).isEqualTo(5);
  }

  @Test
  void whatIsRefusedCostsNothing() {
    Pace pace = new Pace(10, 5, nanos::get);
    for (int i = 0; i < 1_000; i++) {
      pace.take();
    }
    pass(Duration.ofMillis(100));
    assertThat(pace.take()).isTrue();
  }

  @Test
  void aClockThatIsSetBackKeepsNobodyOut() {
    Pace pace = new Pace(10, 5, nanos::get);
    taken(pace::take);
    pass(Duration.ofHours(-1));
    assertThat(taken(pace::take)).isEqualTo(5);
  }

  @Test
  void eachAddressHasItsOwnPaceInEverySpelling() throws UnknownHostException {
    byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 1};
    InetAddress mappedA = Inet6Address.getByAddress(null, mapped, -1);
    assertThat(taken(() -> paces.take(A) && paces.take(mappedA))).isEqualTo(2);
    assertThat(taken(() -> paces.take(B))).isEqualTo(5);
  }

  @Test
  void anAddressIsForgottenWhenItHasRestedAndNotBefore() {
    taken(() -> paces.take(A));
    paces.take(B);
    pass(Duration.ofMillis(1));
    paces.take(InetAddress.ofLiteral("10.0.0.2"));
    assertThat(paces.addresses()).isEqualTo(3);
    pass(Duration.ofSeconds(1));
    paces.take(InetAddress.ofLiteral("10.0.0.3"));
    assertThat(paces.addresses()).isEqualTo(1);
  }

  @Test
  void moreAddressesThanANodeCanHaveShareWhatIsLeftAndTakeNothingFromTheFirst() {
    assertThat(paces.take(A)).isTrue();
    for (int i = 1; i < AddressPace.MOST_ADDRESSES; i++) {
      assertThat(paces.take(address(i))).isTrue();
    }
    assertThat(paces.take(address(60_000))).isTrue();
    assertThat(taken(() -> paces.take(address(60_001)))).isEqualTo(4);
    assertThat(paces.addresses()).isEqualTo(AddressPace.MOST_ADDRESSES);
    assertThat(taken(() -> paces.take(A))).isEqualTo(4);
    pass(Duration.ofSeconds(1));
    assertThat(taken(() -> paces.take(address(60_001)))).isEqualTo(5);
  }

  private static InetAddress address(int number) {
    return InetAddress.ofLiteral("10.1." + number / 256 + "." + number % 256);
  }
}
