package io.iambridge.common.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestingTest {
  private final FakeClock clock = new FakeClock(Instant.EPOCH);
  private final ManualScheduler scheduler = new ManualScheduler(clock);
  private final List<String> ran = new ArrayList<>();

  @Test
  void tasksRunOnlyWhenTimeMovesInTheOrderOfTheirTimes() {
    var late = scheduler.schedule(() -> note("late"), 2, TimeUnit.SECONDS);
    var early = scheduler.schedule(() -> note("early"), 1, TimeUnit.SECONDS);
    scheduler.execute(() -> note("now"));
    assertThat(ran).isEmpty();

    scheduler.advance(Duration.ofMillis(1500));
    assertThat(ran).containsExactly("now@0", "early@1000");
    assertThat(early.isDone()).isTrue();
    assertThat(late.isDone()).isFalse();
    assertThat(clock.instant()).isEqualTo(Instant.ofEpochMilli(1500));
  }

  @Test
  void cancelledTasksDoNotRun() {
    var task = scheduler.schedule(() -> note("never"), 1, TimeUnit.SECONDS);
    task.cancel(/* mayInterruptIfRunning= */ false);
    assertThat(scheduler.pending()).isZero();
    scheduler.advance(Duration.ofSeconds(5));
    assertThat(ran).isEmpty();
  }

  @Test
  void aTaskMayScheduleTheNextOne() {
    var first =
        scheduler.schedule(
            () -> {
              note("first");
              var _ = scheduler.schedule(() -> note("second"), 1, TimeUnit.SECONDS);
            },
            1,
            TimeUnit.SECONDS);
    scheduler.advance(Duration.ofSeconds(2));
    assertThat(ran).containsExactly("first@1000", "second@2000");
    assertThat(first.isDone()).isTrue();
  }

  @Test
  void certificatesChainToTheirAuthority(@TempDir Path dir) throws Exception {
    Certificates ca = Certificates.authority(dir, "ca");
    Certificates.Pem server = ca.server("server", "localhost", "127.0.0.1");
    X509Certificate certificate = read(server.certificate());
    certificate.verify(read(server.ca()).getPublicKey());
    assertThat(certificate.getSubjectAlternativeNames().toString())
        .contains("localhost")
        .contains("127.0.0.1");
  }

  @Test
  void expiredAndFutureCertificatesAreWhatTheySay(@TempDir Path dir) throws Exception {
    Certificates ca = Certificates.authority(dir, "ca");
    assertThatThrownBy(() -> read(ca.expiredClient("old").certificate()).checkValidity())
        .isInstanceOf(CertificateExpiredException.class);
    assertThatThrownBy(() -> read(ca.futureClient("new").certificate()).checkValidity())
        .isInstanceOf(CertificateNotYetValidException.class);
  }

  private static X509Certificate read(Path file) throws IOException, CertificateException {
    try (var in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private void note(String what) {
    ran.add(what + "@" + clock.millis());
  }
}
