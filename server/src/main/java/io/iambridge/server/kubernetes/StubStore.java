package io.iambridge.server.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An informer's memory of which objects there are, in which version. The objects themselves are not
 * kept: our own index holds the little of them that is used, and 100,000 whole pods would take
 * gigabytes.
 */
final class StubStore<T extends HasMetadata> implements ItemStore<T> {
  private final Map<String, T> stubs;
  private final Function<T, String> key;
  private final Function<T, T> stub;

  /**
   * @param known what was known before, by key
   * @param key tells objects apart
   * @param stub makes the stub to keep of an object
   */
  StubStore(Map<String, T> known, Function<T, String> key, Function<T, T> stub) {
    this.stubs = new ConcurrentHashMap<>(known);
    this.key = key;
    this.stub = stub;
  }

  @Override
  public String getKey(T object) {
    return key.apply(object);
  }

  @Override
  public @Nullable T put(String id, T object) {
    return stubs.put(id, stub.apply(object));
  }

  @Override
  public @Nullable T remove(String id) {
    return stubs.remove(id);
  }

  @Override
  public Stream<String> keySet() {
    return stubs.keySet().stream();
  }

  @Override
  public Stream<T> values() {
    return stubs.values().stream();
  }

  @Override
  public int size() {
    return stubs.size();
  }

  @Override
  public @Nullable T get(String id) {
    return stubs.get(id);
  }

  /** Makes the informer hand over each object as it comes, instead of the stub later. */
  @Override
  public boolean isFullState() {
    return false;
  }
}
