package io.iambridge.agent.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.iambridge.agent.metrics.PrometheusAgentMetrics;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.proto.v1.Evidence;
import io.iambridge.proto.v1.Evidence.Outcome;
import io.iambridge.proto.v1.Evidence.Path;
import io.iambridge.proto.v1.Mechanism;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CallCountsTest {
  private final FakeClock clock = new FakeClock();
  private final CallCounts counts =
      new CallCounts(clock, new PrometheusAgentMetrics(new PrometheusRegistry(), "test"));

  private void call(String pod, String userAgent) {
    counts.called(
        pod, Path.IMDS_V2, Outcome.SERVED, Mechanism.ASSUME_ROLE, /* fallback= */ false, userAgent);
  }

  private static long calls(List<Evidence> evidence) {
    return evidence.stream().mapToLong(Evidence::getCalls).sum();
  }

  @Test
  void callsThatAreAlikeAreOne() {
    call("a", "boto3/1.2 x");
    clock.advance(Duration.ofSeconds(5));
    call("a", "boto3/1.2 y");
    call("a", "boto3/1.3");
    counts.notServed("b", Path.IMDS_V1, Outcome.REFUSED, null);
    List<Evidence> taken = counts.take(10);
    assertThat(taken)
        .extracting(Evidence::getPodUid, Evidence::getSdkVersion, Evidence::getCalls)
        .containsExactlyInAnyOrder(
            tuple("a", "1.2", 2L), tuple("a", "1.3", 1L), tuple("b", "", 1L));
    assertThat(taken)
        .allSatisfy(one ->
            assertThat(one.getLast().getSeconds()).isEqualTo(clock.instant().getEpochSecond()));
    assertThat(counts.take(10)).isEmpty();
    assertThat(counts.size()).isZero();
  }

  @Test
  void midnightDividesThem() {
    call("a", "curl/8");
    clock.advance(Duration.ofDays(1));
    call("a", "curl/8");
    assertThat(counts.take(10)).hasSize(2);
  }

  @Test
  void whatDoesNotFitIsThereTheNextTime() {
    for (int pod = 0; pod < 25; pod++) {
      call("pod-" + pod, "curl/8");
    }
    assertThat(counts.take(10)).hasSize(10);
    assertThat(counts.take(10)).hasSize(10);
    assertThat(counts.take(10)).hasSize(5);
  }

  @Test
  void aPodThatChangesItsUserAgentIsCountedAllTheSame() {
    for (int i = 0; i < 10_000; i++) {
      call("liar", "boto3/" + i);
    }
    call("honest", "boto3/1");
    assertThat(counts.size()).isLessThanOrEqualTo(CallCounts.MOST_CELLS_OF_POD + 2);
    List<Evidence> taken = counts.take(1_000);
    assertThat(calls(taken)).isEqualTo(10_001);
    assertThat(taken).anyMatch(one -> one.getPodUid().equals("honest") && one.getCalls() == 1);
  }

  @Test
  void whatIsCountedWhileOthersTakeIsTakenOnce() throws InterruptedException {
    int threads = 4;
    int each = 50_000;
    CountDownLatch done = new CountDownLatch(threads);
    List<Thread> callers = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      callers.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < each; i++) {
                  call("pod-" + i % 7, "boto3/1");
                }
                done.countDown();
              }));
    }
    long taken = 0;
    while (done.getCount() > 0) {
      taken += calls(counts.take(3));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    taken += calls(counts.take(1_000));
    assertThat(taken).isEqualTo((long) threads * each);
    assertThat(counts.take(1_000)).isEmpty();
    assertThat(counts.size()).isZero();
  }
}
