package io.iambridge.sandbox.faults;

import io.iambridge.sandbox.iam.Iam;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import io.iambridge.sandbox.pods.Wire;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A pod that wants its credentials, as an SDK does: with or without session token, on new or kept
 * connections, and a refused connection is tried again for some seconds; a 503 and a reset too, for
 * whoever is patient. For one thread.
 */
final class Caller {
  private static final Duration RETRIES = Duration.ofSeconds(10);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int NO_CONNECTION = -1;
  private static final int NO_ANSWER = 0;
  private static final int TOKEN_SECONDS = 21_600;

  private final PodClient client;
  private final String role;
  private final String holder;
  private final boolean versionTwo;
  private final Iam iam;
  private final InstantSource clock;
  private Optional<String> token = Optional.empty();
  private int askedAgain;

  private Caller(
      Wire wire, String role, String holder, boolean versionTwo, Iam iam, InstantSource clock) {
    this.client = new PodClient(wire);
    this.role = role;
    this.holder = holder;
    this.versionTwo = versionTwo;
    this.iam = iam;
    this.clock = clock;
  }

  /**
   * A caller at an address.
   *
   * @param number chooses one of the four ways: v1 or v2, new connections or a kept one
   * @param holder the ARN that STS knows its sessions by
   */
  static Caller at(
      String address,
      InetSocketAddress agent,
      int number,
      String role,
      String holder,
      Iam iam,
      InstantSource clock) {
    InetAddress source = InetAddress.ofLiteral(address);
    Wire wire =
        number % 4 < 2
            ? request -> Wire.exchange(source, agent, request)
            : new KeptConnection(source, agent);
    return new Caller(wire, role, holder, /* versionTwo= */ number % 2 == 1, iam, clock);
  }

  /**
   * Asks once, whatever that takes.
   *
   * @param patient whether to ask again after a 503 or a reset as well
   */
  Answer ask(BooleanSupplier patient) {
    Instant end = clock.instant().plus(RETRIES);
    while (true) {
      Answer answer = askOnce();
      boolean again =
          answer.status() == NO_CONNECTION
              || (patient.getAsBoolean()
                  && (answer.status() == 503 || answer.status() == NO_ANSWER));
      if (!again || clock.instant().isAfter(end)) {
        return answer;
      }
      askedAgain++;
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private Answer askOnce() {
    try {
      return Answer.read(answer(), holder, iam, clock.instant());
    } catch (ConnectException | Wire.ConnectTimeoutException e) {
      return new Answer(
          Optional.of("no connection: " + e.getMessage()), NO_CONNECTION, Optional.empty());
    } catch (IOException e) {
      return new Answer(Optional.of("no answer: " + e.getMessage()), NO_ANSWER, Optional.empty());
    }
  }

  private PodAnswer answer() throws IOException {
    if (versionTwo && token.isEmpty()) {
      PodAnswer fresh = client.token(TOKEN_SECONDS);
      if (fresh.status() != 200) {
        return fresh;
      }
      token = Optional.of(fresh.body());
    }
    PodAnswer answer = client.credentials(role, token);
    if (answer.status() == 401 && token.isPresent()) {
      // As SDKs do: another token, and once more.
      token = Optional.empty();
      return answer();
    }
    return answer;
  }

  /** How often it had to ask again since the last time somebody wanted to know. */
  int takeAskedAgain() {
    int times = askedAgain;
    askedAgain = 0;
    return times;
  }
}
