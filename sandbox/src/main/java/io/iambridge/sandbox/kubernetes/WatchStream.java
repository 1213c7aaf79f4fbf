package io.iambridge.sandbox.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.sandbox.kubernetes.ObjectStore.Change;
import io.iambridge.sandbox.kubernetes.ObjectStore.Listing;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One watch: turns changes of the store into the events that its client asked for. */
final class WatchStream {

  private final ObjectStore store;
  private final ApiPath path;
  private final Predicate<JsonNode> selector;
  private final String resourceVersion;
  private final UnaryOperator<JsonNode> form;

  /**
   * A watch that is not started.
   *
   * @param form what the client wants to see of an object
   */
  WatchStream(ObjectStore store, ApiPath path, ApiRequest request, UnaryOperator<JsonNode> form)
      throws ApiException {
    this.form = form;
    this.store = store;
    this.path = path;
    this.selector = ApiObjects.selector(request);
    this.resourceVersion = request.parameter("resourceVersion");
  }

  /**
   * Starts to tell events, beginning with all objects when the client names no version.
   *
   * @return ends it
   */
  Runnable start(Consumer<ObjectNode> sink) throws ApiException {
    Consumer<Change> watcher =
        change -> {
          ObjectNode event = event(change);
          if (event != null) {
            sink.accept(event);
          }
        };
    if (!resourceVersion.isEmpty() && !resourceVersion.equals("0")) {
      return store.watch(version(), watcher);
    }
    Listing listing = store.list(path.type(), path.namespace(), /* after= */ null);
    for (Map.Entry<ObjectKey, ObjectNode> entry : listing.objects()) {
      if (concerns(entry.getKey(), entry.getValue())) {
        sink.accept(event("ADDED", form.apply(entry.getValue())));
      }
    }
    return store.watch(listing.version(), watcher);
  }

  /** Tells the client which version it has seen, when nothing happened for a while. */
  ObjectNode bookmark() {
    ObjectNode object =
        JsonNodeFactory.instance
            .objectNode()
            .put("kind", path.type().kind())
            .put("apiVersion", path.type().apiVersion());
    object.putObject("metadata").put("resourceVersion", Long.toString(store.told()));
    return event("BOOKMARK", object);
  }

  static ObjectNode event(String type, JsonNode object) {
    return JsonNodeFactory.instance.objectNode().put("type", type).set("object", object);
  }

  /** Whoever comes into a selector is new to the client, and whoever leaves it is gone. */
  private @Nullable ObjectNode event(Change change) {
    ObjectNode before = change.before();
    ObjectNode after = change.after();
    boolean was = before != null && concerns(change.key(), before);
    boolean is = after != null && concerns(change.key(), after);
    if (is && after != null) {
      return event(was ? "MODIFIED" : "ADDED", form.apply(after));
    }
    if (was && before != null) {
      ObjectNode last = after == null ? before : withVersion(before, change.version());
      return event("DELETED", form.apply(last));
    }
    return null;
  }

  private boolean concerns(ObjectKey key, ObjectNode object) {
    return key.type().equals(path.type())
        && (path.namespace().isEmpty() || key.namespace().equals(path.namespace()))
        && (path.name().isEmpty() || key.name().equals(path.name()))
        && selector.test(object);
  }

  private long version() throws ApiException {
    try {
      return Long.parseLong(resourceVersion);
    } catch (NumberFormatException e) {
      throw ApiException.badRequest("invalid resource version: " + resourceVersion);
    }
  }

  private static ObjectNode withVersion(ObjectNode object, long version) {
    ObjectNode copy = object.deepCopy();
    copy.withObject("/metadata").put("resourceVersion", Long.toString(version));
    return copy;
  }
}
