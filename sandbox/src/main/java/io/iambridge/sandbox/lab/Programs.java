package io.iambridge.sandbox.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs other programs: no shell, a deadline, bounded output. */
final class Programs {
  private static final int MOST_OUTPUT_BYTES = 1024 * 1024;
  private static final int CHUNK_BYTES = 8192;
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** All that a program gets of our environment; pods know nothing of the node's proxies or AWS. */
  private static final Set<String> INHERITED = Set.of("PATH", "HOME", "LANG", "TMPDIR");

  private Programs() {}

  /**
   * Runs a program to its end.
   *
   * @throws IOException when it cannot be started, or is not done in time: it is killed then
   */
  static Finished run(
      List<String> command, Map<String, String> environment, String input, Duration deadline)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().retainAll(INHERITED);
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      CompletableFuture<String> output =
          CompletableFuture.supplyAsync(
              () -> text(process.getInputStream()), task -> Thread.ofVirtual().start(task));
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(UTF_8));
      } catch (IOException _) {
        // It has ended without reading; what it says about that is in its output.
      }
      String printed = output.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
      if (!process.waitFor(deadline)) {
        throw new TimeoutException();
      }
      return new Finished(process.exitValue(), printed);
    } catch (TimeoutException e) {
      throw new IOException(
          "%s: not done after %d s".formatted(String.join(" ", command), deadline.toSeconds()), e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Reads on after the bound, so that the program is not held up. */
  private static String text(InputStream from) {
    StringBuilder text = new StringBuilder();
    byte[] chunk = new byte[CHUNK_BYTES];
    int kept = 0;
    try {
      for (int read = from.read(chunk); read >= 0; read = from.read(chunk)) {
        int keep = Math.min(read, MOST_OUTPUT_BYTES - kept);
        text.append(new String(chunk, 0, keep, UTF_8));
        kept += keep;
      }
    } catch (IOException e) {
      text.append(e);
    }
    return text.toString();
  }

  /**
   * Runs a program that has to succeed.
   *
   * @throws LabException when it does not
   */
  static void must(List<String> command, String input) {
    try {
      Finished finished = run(command, Map.of(), input, DEADLINE);
      if (!finished.ok()) {
        throw new LabException(
            "%s: %s".formatted(String.join(" ", command), finished.output().strip()));
      }
    } catch (IOException e) {
      throw new LabException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Runs a program and does not mind if it fails: for what may be gone already. */
  static String may(List<String> command) {
    try {
      return run(command, Map.of(), "", DEADLINE).output();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
