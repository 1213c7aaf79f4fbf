package io.iambridge.sandbox.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iambridge.common.terminal.Cell;
import io.iambridge.common.terminal.Table;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import io.iambridge.sandbox.pods.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How long a pod waits for credentials that the agent has, from connect to the last byte, through
 * the node's rules. Printed, and written to target/lab; nothing is asserted about time.
 */
final class FirstCredentialsLabIT {
  private static final int TIMES = 2_000;
  private static final int WARM_UP = 2_000;
  private static final InetAddress ANY = InetAddress.ofLiteral("0.0.0.0");

  private final LabNode node = LabNode.withoutAgent();

  @AfterEach
  void stop() {
    try (LabNode _ = node) {
      node.assertNothingLeaked();
    }
  }

  @Test
  void cachedCredentialsAreMeasured() throws Exception {
    node.role("red");
    PodNamespace four = node.pod("four", "red", "10.244.0.21");
    PodNamespace six = node.pod("six", "red", "fd00:10:244::21");
    node.startAgent();
    Table table = new Table("FROM CONNECT TO CREDENTIALS", "TIMES", "MEDIAN", "P90", "P99");
    row(table, "GET credentials, IPv4", four, FirstCredentialsLabIT::versionOne);
    row(table, "GET credentials, IPv6", six, FirstCredentialsLabIT::versionOne);
    row(table, "PUT token, GET role, GET credentials, IPv4", four, FirstCredentialsLabIT::whole);
    row(table, "PUT token, GET role, GET credentials, IPv6", six, FirstCredentialsLabIT::whole);

    List<String> lines = table.lines(/* colour= */ false);
    Path file = LabNode.reports().resolve("first-credentials.txt");
    Files.write(file, lines);
    lines.forEach(System.out::println);
    assertThat(file).isNotEmptyFile();
  }

  private static PodAnswer versionOne(PodClient client) throws IOException {
    return client.credentials("red", Optional.empty());
  }

  /** As SDKs do it; each request on a connection of its own, which is the longest way. */
  private static PodAnswer whole(PodClient client) throws IOException {
    Optional<String> token = Optional.of(client.token(21_600).body());
    return client.credentials(client.roles(token).body(), token);
  }

  private interface Way {
    PodAnswer credentials(PodClient client) throws IOException;
  }

  private static void row(Table table, String name, PodNamespace pod, Way way) throws Exception {
    await()
        .atMost(LabNode.PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> way.credentials(pod.client()).status() == 200);
    PodClient client = new PodClient(request -> Wire.exchange(ANY, pod.metadataAddress(), request));
    Callable<long[]> measure =
        () -> {
          ask(way, client, WARM_UP);
          return ask(way, client, TIMES);
        };
    long[] nanos = pod.call(measure);
    Arrays.sort(nanos);
    table.row(
        Cell.of(name),
        Cell.of(Integer.toString(TIMES)),
        Cell.of(millis(nanos[TIMES / 2])),
        Cell.of(millis(nanos[TIMES * 9 / 10])),
        Cell.of(millis(nanos[TIMES * 99 / 100])));
  }

  private static long[] ask(Way way, PodClient client, int times) throws IOException {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      PodAnswer answer = way.credentials(client);
      nanos[i] = System.nanoTime() - start;
      assertThat(answer.status()).isEqualTo(200);
    }
    return nanos;
  }

  private static String millis(long nanos) {
    double micros = TimeUnit.NANOSECONDS.toMicros(nanos);
    return String.format(Locale.ROOT, "%.2f ms", micros / 1_000);
  }
}
