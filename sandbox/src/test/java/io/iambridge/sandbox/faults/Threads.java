package io.iambridge.sandbox.faults;

/** Waiting for threads that have been told to end. */
final class Threads {
  private Threads() {}

  /** Waits until it has ended; who is interrupted meanwhile stays so. */
  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
