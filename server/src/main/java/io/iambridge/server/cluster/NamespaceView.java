package io.iambridge.server.cluster;

import java.util.List;
import java.util.Map;

/**
 * A namespace and what is in it, at one moment.
 *
 * @param namespace itself
 * @param pods its pods, also those that have ended, in no order
 * @param accounts its service accounts by name
 */
public record NamespaceView(
    Namespace namespace, List<Pod> pods, Map<String, ServiceAccount> accounts) {
  public NamespaceView {
    pods = List.copyOf(pods);
    accounts = Map.copyOf(accounts);
  }
}
