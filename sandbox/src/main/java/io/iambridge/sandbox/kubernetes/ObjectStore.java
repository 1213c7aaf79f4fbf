package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The objects, their versions and what happened to them lately: what etcd is to a real API server.
 *
 * <p>Objects are never changed once they are stored; who changes one, stores a copy.
 */
final class ObjectStore {

  /** How many changes a watch may lie behind and still be resumed. */
  static final int HISTORY = 10_000;

  /**
   * What happened to an object.
   *
   * @param before null when it was created
   * @param after null when it was deleted
   */
  record Change(
      long version, ObjectKey key, @Nullable ObjectNode before, @Nullable ObjectNode after) {}

  /** Objects as they were together at one version. */
  record Listing(long version, List<Map.Entry<ObjectKey, ObjectNode>> objects) {}

  private final TreeMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
  private final Deque<Change> history = new ArrayDeque<>();
  private final CopyOnWriteArraySet<Consumer<Change>> watchers = new CopyOnWriteArraySet<>();
  private long version;
  private long forgotten;

  /** Watches have been told everything up to this version, and are told no more; -1 for all. */
  private long held = -1;

  synchronized Optional<ObjectNode> get(ObjectKey key) {
    return Optional.ofNullable(objects.get(key));
  }

  /** All objects of a type, of one namespace or (empty) of all, after a key if one is given. */
  synchronized Listing list(ResourceType type, String namespace, @Nullable ObjectKey after) {
    ObjectKey start = after == null ? new ObjectKey(type, namespace, "") : after;
    List<Map.Entry<ObjectKey, ObjectNode>> found = new ArrayList<>();
    for (Map.Entry<ObjectKey, ObjectNode> entry :
        objects.tailMap(start, /* inclusive= */ after == null).entrySet()) {
      ObjectKey key = entry.getKey();
      if (!key.type().isSame(type) || !(namespace.isEmpty() || key.namespace().equals(namespace))) {
        break;
      }
      found.add(Map.entry(key, entry.getValue()));
    }
    return new Listing(version, found);
  }

  /** Stores a new or changed object and gives it its version. */
  synchronized ObjectNode put(ObjectKey key, ObjectNode object) {
    ObjectNode stored = versioned(object);
    changed(key, objects.put(key, stored), stored);
    return stored;
  }

  /** Removes an object; answers its last state, with the version of the removal. */
  synchronized Optional<ObjectNode> remove(ObjectKey key) {
    ObjectNode removed = objects.remove(key);
    if (removed == null) {
      return Optional.empty();
    }
    ObjectNode last = versioned(removed);
    changed(key, last, /* after= */ null);
    return Optional.of(last);
  }

  /**
   * Tells a watcher every change after a version, without a gap: what is past at once, the rest as
   * it happens.
   *
   * @return ends it
   */
  synchronized Runnable watch(long after, Consumer<Change> watcher) throws ApiException {
    if (after < forgotten || after > version) {
      throw ApiException.expired();
    }
    // Who has listed what others are not told yet must not be told it again.
    Consumer<Change> unseen =
        change -> {
          if (change.version() > after) {
            watcher.accept(change);
          }
        };
    history.stream().filter(change -> held < 0 || change.version() <= held).forEach(unseen);
    watchers.add(unseen);
    return () -> watchers.remove(unseen);
  }

  /** Tells no watch of anything until {@link #release}; who lists or reads sees all. */
  synchronized void hold() {
    if (held < 0) {
      held = version;
    }
  }

  /** Tells what was held, in its order. */
  synchronized void release() {
    long from = held;
    held = -1;
    if (from >= 0) {
      history.stream()
          .filter(change -> change.version() > from)
          .forEach(change -> watchers.forEach(watcher -> watcher.accept(change)));
    }
  }

  /** What watches have been told of. */
  synchronized long told() {
    return held < 0 ? version : held;
  }

  /** The current version. */
  synchronized long version() {
    return version;
  }

  /** Forgets what happened: a watch that lies behind must list anew. */
  synchronized void forget() {
    history.clear();
    forgotten = version;
  }

  private ObjectNode versioned(ObjectNode object) {
    version++;
    ObjectNode copy = object.deepCopy();
    copy.withObject("/metadata").put("resourceVersion", Long.toString(version));
    return copy;
  }

  private void changed(ObjectKey key, @Nullable ObjectNode before, @Nullable ObjectNode after) {
    Change change = new Change(version, key, before, after);
    history.addLast(change);
    if (history.size() > HISTORY) {
      forgotten = history.removeFirst().version();
    }
    // Under the lock, so that every watcher sees the changes in their order.
    if (held < 0) {
      watchers.forEach(watcher -> watcher.accept(change));
    }
  }
}
