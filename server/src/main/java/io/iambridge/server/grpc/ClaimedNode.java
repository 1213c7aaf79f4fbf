package io.iambridge.server.grpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.iambridge.common.wire.WireKeys;
import io.iambridge.proto.v1.Reason;
import io.iambridge.server.audit.SecurityEvent;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Believes what an agent says of its node in the metadata {@code iambridge-node}, as kiam does.
 * Mutual TLS has proved that it is an agent, and nothing more.
 */
public final class ClaimedNode implements NodeIdentity {
  // A node's name is an RFC 1123 subdomain.
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*");
  private static final int MAX = 253;

  @Override
  public Finding nodeOf(Metadata headers, Attributes connection) {
    String node = headers.get(WireKeys.NODE);
    return node != null && node.length() <= MAX && SUBDOMAIN.matcher(node).matches()
        ? new Proved(node, Instant.MAX)
        : new Refused(
            Reason.NODE_UNKNOWN,
            "the call does not name the node it comes from, in metadata " + WireKeys.NODE.name(),
            Optional.of(SecurityEvent.Kind.AGENT_NOT_PROVED));
  }
}
