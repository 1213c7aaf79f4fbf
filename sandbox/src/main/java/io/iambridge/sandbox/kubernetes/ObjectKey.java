package io.iambridge.sandbox.kubernetes;

import java.util.Comparator;

/**
 * Where an object lies; ordered as lists are.
 *
 * @param namespace empty for cluster-scoped objects
 */
record ObjectKey(ResourceType type, String namespace, String name)
    implements Comparable<ObjectKey> {

  private static final Comparator<ObjectKey> ORDER =
      Comparator.comparing((ObjectKey key) -> key.type().qualifiedName())
          .thenComparing(ObjectKey::namespace)
          .thenComparing(ObjectKey::name);

  @Override
  public int compareTo(ObjectKey other) {
    return ORDER.compare(this, other);
  }
}
