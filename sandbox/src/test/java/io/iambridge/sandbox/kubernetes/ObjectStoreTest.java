package io.iambridge.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.sandbox.kubernetes.ObjectStore.Change;
import io.iambridge.sandbox.kubernetes.ObjectStore.Listing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ObjectStoreTest {

  private final ObjectStore store = new ObjectStore();

  /** Whoever lists once and watches from there has at every time exactly what is stored. */
  @Test
  void listAndWatchMissNothing() throws ApiException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      change(random);
      Map<ObjectKey, ObjectNode> seen = new HashMap<>();
      Listing listing = store.list(ResourceType.PODS, "", /* after= */ null);
      listing.objects().forEach(entry -> seen.put(entry.getKey(), entry.getValue()));
      change(random);
      Runnable end = store.watch(listing.version(), change -> apply(change, seen));
      change(random);
      end.run();

      Map<ObjectKey, ObjectNode> stored = new HashMap<>();
      store
          .list(ResourceType.PODS, "", /* after= */ null)
          .objects()
          .forEach(entry -> stored.put(entry.getKey(), entry.getValue()));
      assertThat(seen).as("seed %d, round %d", seed, round).isEqualTo(stored);
      change(random);
      assertThat(seen).as("ended watch is told nothing").isEqualTo(stored);
    }
  }

  @Test
  void everyChangeHasItsOwnVersion() throws ApiException {
    List<Long> versions = new ArrayList<>();
    store.watch(0, change -> versions.add(change.version()));
    change(new Random(1));

    assertThat(versions).isSorted().doesNotHaveDuplicates();
    assertThat(store.version()).isEqualTo(versions.getLast());
  }

  @Test
  void watchesThatAreHeldHearEverythingOnceAndInOrderWhenTheyAreReleased() throws ApiException {
    List<Long> before = new ArrayList<>();
    List<Long> meanwhile = new ArrayList<>();
    List<Long> listed = new ArrayList<>();
    store.watch(0, change -> before.add(change.version()));
    put("a", "p");
    store.hold();
    put("a", "q");
    store.watch(0, change -> meanwhile.add(change.version()));
    store.watch(store.version(), change -> listed.add(change.version()));
    put("a", "r");
    assertThat(before).containsExactly(1L).isEqualTo(meanwhile);
    assertThat(store.told()).isEqualTo(1);

    store.release();
    put("a", "s");
    assertThat(before).containsExactly(1L, 2L, 3L, 4L).isEqualTo(meanwhile);
    assertThat(listed).containsExactly(3L, 4L);
    assertThat(store.told()).isEqualTo(store.version());
  }

  @Test
  void watchBehindTheHistoryMustListAnew() throws ApiException {
    change(new Random(1));
    long version = store.version();
    store.watch(version, change -> {}).run();
    put("a", "late");
    store.forget();

    assertThatThrownBy(() -> store.watch(version, change -> {}))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(410));
    assertThatThrownBy(() -> store.watch(store.version() + 1, change -> {}))
        .isInstanceOf(ApiException.class);
  }

  @Test
  void historyIsBounded() {
    for (int i = 0; i <= ObjectStore.HISTORY; i++) {
      put("a", "p");
    }

    assertThatThrownBy(() -> store.watch(0, change -> {})).isInstanceOf(ApiException.class);
  }

  private void change(Random random) {
    for (int i = 0; i < 10; i++) {
      String namespace = "ns" + random.nextInt(2);
      String name = "p" + random.nextInt(5);
      if (random.nextInt(3) == 0) {
        store.remove(new ObjectKey(ResourceType.PODS, namespace, name));
      } else {
        put(namespace, name);
      }
    }
  }

  private void put(String namespace, String name) {
    ObjectNode pod = JsonNodeFactory.instance.objectNode();
    pod.putObject("metadata").put("name", name);
    store.put(new ObjectKey(ResourceType.PODS, namespace, name), pod);
  }

  private static void apply(Change change, Map<ObjectKey, ObjectNode> seen) {
    ObjectNode after = change.after();
    if (after == null) {
      seen.remove(change.key());
    } else {
      seen.put(change.key(), after);
    }
  }
}
