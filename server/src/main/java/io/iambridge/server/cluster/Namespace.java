package io.iambridge.server.cluster;

import java.util.Map;

/**
 * What we use of a Kubernetes namespace.
 *
 * @param name metadata.name
 * @param uid metadata.uid, for Events
 * @param annotations those of iam.amazonaws.com and iambridge.io
 * @param labels those of iambridge.io
 */
public record Namespace(
    String name, String uid, Map<String, String> annotations, Map<String, String> labels) {
  public Namespace {
    annotations = Map.copyOf(annotations);
    labels = Map.copyOf(labels);
  }
}
