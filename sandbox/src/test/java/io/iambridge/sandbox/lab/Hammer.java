package io.iambridge.sandbox.lab;

import static org.awaitility.Awaitility.await;

import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import io.iambridge.sandbox.pods.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks for the role and its credentials from a pod, again and again, a new connection for each
 * request, and counts what comes back: {@code ARN} of the credentials' holder, {@code status 503},
 * {@code refused} and the like.
 */
final class Hammer implements AutoCloseable {
  private static final int THREADS = 3;
  private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final InetAddress ANY = InetAddress.ofLiteral("0.0.0.0");

  private final LabNode node;
  private final PodClient client;
  private final Map<String, Long> outcomes = new ConcurrentSkipListMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  private Hammer(LabNode node, PodNamespace pod) {
    this.node = node;
    this.client = new PodClient(request -> Wire.exchange(ANY, pod.metadataAddress(), request));
    for (int i = 0; i < THREADS; i++) {
      threads.add(Thread.ofPlatform().start(() -> in(pod)));
    }
  }

  /** Begins at once. */
  static Hammer from(LabNode node, PodNamespace pod) {
    return new Hammer(node, pod);
  }

  private void in(PodNamespace pod) {
    try {
      pod.call(() -> {
        while (!stopped) {
          outcomes.merge(ask(), 1L, Long::sum);
          LockSupport.parkNanos(PACE_NANOS);
        }
        return true;
      });
    } catch (Exception e) {
      outcomes.merge("not in the pod any more", 1L, Long::sum);
    }
  }

  private String ask() {
    try {
      PodAnswer role = client.roles(Optional.empty());
      if (role.status() != 200) {
        return "status " + role.status();
      }
      PodAnswer credentials = client.credentials(role.body(), Optional.empty());
      return credentials.status() == 200
          ? node.holder(credentials)
          : "status " + credentials.status();
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      return message.contains("refused") ? "refused" : "no answer: " + message;
    }
  }

  /** What came back until now, and how often. */
  Map<String, Long> outcomes() {
    return Map.copyOf(outcomes);
  }

  /** Waits until an outcome has been seen so many times from now on. */
  Hammer awaitMore(String outcome, int times) {
    long before = outcomes.getOrDefault(outcome, 0L);
    await("%d times more %s".formatted(times, outcome))
        .atMost(LabNode.PATIENCE)
        .failFast(
            "nobody asks any more: " + outcomes, () -> threads.stream().noneMatch(Thread::isAlive))
        .until(() -> outcomes.getOrDefault(outcome, 0L) >= before + times);
    return this;
  }

  /** Asks no more, and waits for nothing. */
  void stop() {
    stopped = true;
  }

  @Override
  public void close() {
    stop();
    for (Thread thread : threads) {
      boolean interrupted = false;
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
