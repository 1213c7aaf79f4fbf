package io.iambridge.server.cluster;

import java.util.List;

/** Tells several listeners, in their order. */
public record ClusterListeners(List<ClusterListener> listeners) implements ClusterListener {
  public ClusterListeners {
    listeners = List.copyOf(listeners);
  }

  @Override
  public void podChanged(Pod pod) {
    listeners.forEach(listener -> listener.podChanged(pod));
  }

  @Override
  public void podDeleted(String uid) {
    listeners.forEach(listener -> listener.podDeleted(uid));
  }

  @Override
  public void namespaceChanged(Namespace namespace) {
    listeners.forEach(listener -> listener.namespaceChanged(namespace));
  }

  @Override
  public void namespaceDeleted(String name) {
    listeners.forEach(listener -> listener.namespaceDeleted(name));
  }

  @Override
  public void serviceAccountChanged(ServiceAccount serviceAccount) {
    listeners.forEach(listener -> listener.serviceAccountChanged(serviceAccount));
  }

  @Override
  public void serviceAccountDeleted(String namespace, String name) {
    listeners.forEach(listener -> listener.serviceAccountDeleted(namespace, name));
  }
}
