package io.iambridge.agent.upstream;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import io.iambridge.agent.podidentity.Token;
import io.iambridge.common.wire.WireKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the server the agent's own token with every call, over TLS only.
 *
 * <p>The kubelet puts a new token into the file when four fifths of the old one's life are over
 * (Kubernetes, "Projected volumes"), so looking every few seconds is soon enough. Calls only take
 * what was read. A file that is missing or broken leaves the last token where it is; while there
 * never was one, calls fail here and say what is missing, and the agent goes on trying: its rules
 * have to be in place all the same, or pods would reach the node's own credentials.
 */
public final class ServerToken extends CallCredentials implements AutoCloseable {
  static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(ServerToken.class);
  private static final int LONGEST_TOKEN = 16 * 1024;

  private final Path file;
  private final ScheduledFuture<?> checks;
  private volatile @Nullable Token current;
  private volatile String trouble = "";
  private volatile Runnable renewed = () -> {};

  private ServerToken(Path file, ScheduledExecutorService scheduler) {
    this.file = file;
    check();
    this.checks =
        scheduler.scheduleWithFixedDelay(
            this::check,
            CHECK_INTERVAL.toMillis(),
            CHECK_INTERVAL.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /**
   * Reads the file, and goes on reading it.
   *
   * @param scheduler where it is read, which blocks
   */
  public static ServerToken read(Path file, ScheduledExecutorService scheduler) {
    return new ServerToken(file, scheduler);
  }

  /**
   * Tells when another token was read than before: what is shown to the server from then on.
   *
   * @param listener called where the file is read; must not block
   */
  public void onRenewal(Runnable listener) {
    renewed = listener;
  }

  private void check() {
    String found = "";
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LONGEST_TOKEN + 1);
      if (bytes.length > LONGEST_TOKEN) {
        found = "it is too long for a token";
      } else {
        take(Token.of(new String(bytes, StandardCharsets.ISO_8859_1).strip()));
      }
    } catch (IOException e) {
      found = "it does not exist or cannot be read";
    } catch (IllegalArgumentException e) {
      found = String.valueOf(e.getMessage());
    }
    if (!found.equals(trouble)) {
      trouble = found;
      tell(found);
    }
  }

  private void take(Token read) {
    Token before = current;
    current = read;
    if (before == null || !before.secret().equals(read.secret())) {
      renewed.run();
    }
  }

  /** The same trouble again is no news. */
  private void tell(String now) {
    if (now.isEmpty()) {
      LOG.atInfo().addKeyValue("file", file).log("The agent's token can be read again");
    } else if (current != null) {
      LOG.warn("--server-token-file {}: {}; the last token is used until it ends", file, now);
    } else {
      LOG.warn("No token for the server: {}", missing(now));
    }
  }

  private String missing(String why) {
    return "--server-token-file "
        + file
        + ": "
        + why
        + "; mount a projected token for audience "
        + WireKeys.SERVER_AUDIENCE
        + " there, or see --agent-auth";
  }

  @Override
  public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
    Token token = current;
    if (call.getSecurityLevel() != SecurityLevel.PRIVACY_AND_INTEGRITY) {
      applier.fail(
          Status.UNAUTHENTICATED.withDescription("the agent's token is shown over TLS only"));
    } else if (token == null) {
      applier.fail(Status.UNAUTHENTICATED.withDescription(missing(trouble)));
    } else {
      Metadata headers = new Metadata();
      headers.put(WireKeys.AUTHORIZATION, WireKeys.BEARER + token.secret());
      applier.apply(headers);
    }
  }

  /** Stops reading the file. */
  @Override
  public void close() {
    checks.cancel(/* mayInterruptIfRunning= */ false);
  }
}
