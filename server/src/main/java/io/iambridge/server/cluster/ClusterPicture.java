package io.iambridge.server.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The cluster by namespace, for what looks at a whole namespace now and then. Shares the objects
 * with everybody else who was told of them.
 */
public final class ClusterPicture implements ClusterListener {
  private final Map<String, Contents> namespaces = new HashMap<>();
  private final Map<String, String> namespaceOfPod = new HashMap<>();
  private final Consumer<String> changed;

  private static final class Contents {
    private Optional<Namespace> itself = Optional.empty();
    private final Map<String, Pod> pods = new HashMap<>();
    private final Map<String, ServiceAccount> accounts = new HashMap<>();

    boolean isEmpty() {
      return itself.isEmpty() && pods.isEmpty() && accounts.isEmpty();
    }
  }

  /**
   * @param changed hears the name of a namespace in which something has changed; quick, and called
   *     under this picture's lock
   */
  public ClusterPicture(Consumer<String> changed) {
    this.changed = changed;
  }

  /** The namespace; empty when there is none, or it has not been seen yet. */
  public synchronized Optional<NamespaceView> namespace(String name) {
    Contents contents = namespaces.get(name);
    return contents == null
        ? Optional.empty()
        : contents.itself.map(itself ->
            new NamespaceView(itself, List.copyOf(contents.pods.values()), contents.accounts));
  }

  /** All namespaces that have been seen. */
  public synchronized Set<String> names() {
    return Set.copyOf(namespaces.keySet());
  }

  @Override
  public synchronized void podChanged(Pod pod) {
    Pod before = of(pod.namespace()).pods.put(pod.uid(), pod);
    namespaceOfPod.put(pod.uid(), pod.namespace());
    if (!pod.equals(before)) {
      changed.accept(pod.namespace());
    }
  }

  @Override
  public synchronized void podDeleted(String uid) {
    String namespace = namespaceOfPod.remove(uid);
    if (namespace != null) {
      of(namespace).pods.remove(uid);
      forgetIfEmpty(namespace);
    }
  }

  @Override
  public synchronized void namespaceChanged(Namespace namespace) {
    Contents contents = of(namespace.name());
    if (!contents.itself.equals(Optional.of(namespace))) {
      contents.itself = Optional.of(namespace);
      changed.accept(namespace.name());
    }
  }

  @Override
  public synchronized void namespaceDeleted(String name) {
    of(name).itself = Optional.empty();
    forgetIfEmpty(name);
  }

  @Override
  public synchronized void serviceAccountChanged(ServiceAccount account) {
    ServiceAccount before = of(account.namespace()).accounts.put(account.name(), account);
    if (!account.equals(before)) {
      changed.accept(account.namespace());
    }
  }

  @Override
  public synchronized void serviceAccountDeleted(String namespace, String name) {
    of(namespace).accounts.remove(name);
    forgetIfEmpty(namespace);
  }

  private Contents of(String namespace) {
    return namespaces.computeIfAbsent(namespace, key -> new Contents());
  }

  private void forgetIfEmpty(String namespace) {
    namespaces.computeIfPresent(namespace, (key, contents) -> contents.isEmpty() ? null : contents);
    changed.accept(namespace);
  }
}
