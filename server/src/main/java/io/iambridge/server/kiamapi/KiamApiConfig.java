package io.iambridge.server.kiamapi;

import io.iambridge.common.tls.TlsFiles;
import io.iambridge.server.grpc.GrpcConfig;

/**
 * How kiam's agents are listened to.
 *
 * @param grpc where, and how long connections live
 * @param tls our certificate, and whose certificates kiam's agents have
 */
public record KiamApiConfig(GrpcConfig grpc, TlsFiles tls) {
  /** Checks that agents have to show a certificate: nothing else keeps anybody out. */
  public KiamApiConfig {
    if (tls.own().isEmpty() || tls.ca().isEmpty()) {
      throw new IllegalArgumentException("kiam's agents and servers both show certificates");
    }
  }
}
