package io.iambridge.server.grpc;

import io.iambridge.common.cli.HostPort;
import java.time.Duration;

/**
 * How agents are listened to.
 *
 * @param bind the address; port 0 lets the system choose
 * @param keepAliveTime after how much silence an agent is pinged
 * @param keepAliveTimeout how long it may take to answer
 * @param maxIdle when a connection without calls is closed
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
    Duration drainGrace) {}
