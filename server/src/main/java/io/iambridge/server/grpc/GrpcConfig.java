package io.iambridge.server.grpc;

import io.iambridge.common.cli.HostPort;
import java.time.Duration;

/**
 * How agents are listened to.
 *
 * @param bind the address; port 0 lets the system choose
 * @param keepAliveTime after how much silence an agent is pinged
 * @param keepAliveTimeout how long it may take to answer
 * @param maxIdle when a connection without calls is closed; 0 is never, as in gRPC for Go, whose
 *     meaning kiam's manifests rely on; also in the next two
 * @param maxAge when a connection is to be renewed, so that agents spread over new servers; gRPC
 *     varies it by a tenth by itself
 * @param maxAgeGrace how long calls may go on after that
 * @param drainGrace how long calls may go on when the server stops
 */
public record GrpcConfig(
    HostPort bind,
    Duration keepAliveTime,
    Duration keepAliveTimeout,
    Duration maxIdle,
    Duration maxAge,
    Duration maxAgeGrace,
    Duration drainGrace) {
  /** gRPC takes less for this by itself, without a word. */
  public static final Duration MIN_KEEPALIVE_TIME = Duration.ofSeconds(1);

  /** What gRPC counts in. */
  public static final Duration MIN_DURATION = Duration.ofMillis(1);

  public GrpcConfig {
    atLeast("keepAliveTime", keepAliveTime, MIN_KEEPALIVE_TIME);
    atLeast("keepAliveTimeout", keepAliveTimeout, MIN_DURATION);
    atLeast("maxIdle", maxIdle, Duration.ZERO);
    atLeast("maxAge", maxAge, Duration.ZERO);
    atLeast("maxAgeGrace", maxAgeGrace, Duration.ZERO);
    atLeast("drainGrace", drainGrace, Duration.ZERO);
  }

  /** The same, elsewhere. */
  public GrpcConfig at(HostPort other) {
    return new GrpcConfig(
        other, keepAliveTime, keepAliveTimeout, maxIdle, maxAge, maxAgeGrace, drainGrace);
  }

  private static void atLeast(String name, Duration value, Duration min) {
    if (value.compareTo(min) < 0) {
      throw new IllegalArgumentException(name + " < " + min + ": " + value);
    }
  }
}
