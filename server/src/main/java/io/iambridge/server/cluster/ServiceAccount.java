package io.iambridge.server.cluster;

import java.util.Map;

/**
 * What we use of a Kubernetes service account.
 *
 * @param namespace metadata.namespace
 * @param name metadata.name
 * @param annotations those of eks.amazonaws.com and iambridge.io
 */
public record ServiceAccount(String namespace, String name, Map<String, String> annotations) {
  public ServiceAccount {
    annotations = Map.copyOf(annotations);
  }
}
