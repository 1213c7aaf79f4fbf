package io.iambridge.server.grpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.iambridge.common.wire.WireKeys;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Believes what an agent says of its node in the metadata {@code iambridge-node}. Mutual TLS has
 * proved that it is an agent, and nothing more.
 */
public final class ClaimedNode implements NodeIdentity {
  // A node's name is an RFC 1123 subdomain.
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*");
  private static final int MAX = 253;

  @Override
  public Optional<String> nodeOf(Metadata headers, Attributes connection) {
    return Optional.ofNullable(headers.get(WireKeys.NODE))
        .filter(name -> name.length() <= MAX && SUBDOMAIN.matcher(name).matches());
  }
}
