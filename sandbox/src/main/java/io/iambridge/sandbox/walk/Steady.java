package io.iambridge.sandbox.walk;

import io.iambridge.sandbox.Sandbox;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A pod's caller that asks for credentials all the time, until it is closed. */
public final class Steady implements AutoCloseable {
  private static final int PAUSE_MILLIS = 10;
  private static final int OK = 200;

  private final PodClient client;
  private final String role;
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicReference<String> first = new AtomicReference<>("");
  private final Thread thread;
  private volatile boolean stopping;

  /** Begins to ask as the pod, whose role has this name. */
  public Steady(Sandbox sandbox, DemoPod pod, String role) {
    this.client = sandbox.podAt(pod.address());
    this.role = role;
    this.thread = Thread.ofPlatform().daemon().name("steady").start(this::ask);
  }

  private void ask() {
    while (!stopping) {
      String trouble = once();
      asked.incrementAndGet();
      if (!trouble.isEmpty()) {
        failed.incrementAndGet();
        first.compareAndSet("", trouble);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private String once() {
    try {
      PodAnswer answer = client.credentials(role, Optional.empty());
      return answer.status() == OK ? "" : answer.status() + " " + answer.body();
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** How many answers it has had. */
  public int asked() {
    return asked.get();
  }

  /** How many of them were no credentials. */
  public int failed() {
    return failed.get();
  }

  /** The first of those; empty for none. */
  public String firstFailure() {
    return first.get();
  }

  /** Stops asking; what is under way is answered first. */
  @Override
  public void close() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
