package io.iambridge.server.cluster;

/**
 * Hears of every change in the cluster, in order for each object. Calls come from the watches'
 * threads and are quick.
 */
public interface ClusterListener {
  /** A pod is new or has changed. */
  void podChanged(Pod pod);

  /** A pod is gone; also one that vanished while the watch was cut. */
  void podDeleted(String uid);

  /** A namespace is new or has changed. */
  void namespaceChanged(Namespace namespace);

  /** A namespace is gone. */
  void namespaceDeleted(String name);

  /** A service account is new or has changed. */
  void serviceAccountChanged(ServiceAccount serviceAccount);

  /** A service account is gone. */
  void serviceAccountDeleted(String namespace, String name);
}
