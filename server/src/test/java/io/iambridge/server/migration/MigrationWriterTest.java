package io.iambridge.server.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import io.iambridge.server.migration.MigrationStore.Kept;
import io.iambridge.server.migration.StoreException.Trouble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MigrationWriterTest {
  private final FakeClock clock = new FakeClock();
  private final Map<String, Kept> stored = new HashMap<>();
  private final Map<String, MigrationStatus> now = new HashMap<>();
  private final List<String> calls = new ArrayList<>();
  private boolean settled = true;
  private final Map<String, StoreException> refusing = new HashMap<>();
  private boolean failing;
  private int version;

  private final MigrationWriter writer =
      new MigrationWriter(
          new Store(),
          () -> new TreeSet<>(Set.of("shop", "other")),
          namespace -> Optional.ofNullable(now.get(namespace)),
          namespace -> settled,
          clock);

  private final class Store implements MigrationStore {
    @Override
    public Map<String, Kept> list() throws StoreException {
      call("list", "");
      return Map.copyOf(stored);
    }

    @Override
    public String put(String namespace, MigrationStatus status, String read) throws StoreException {
      call("put " + namespace + " " + status.mode(), namespace);
      Kept there = stored.get(namespace);
      if (!read.equals(there == null ? "" : there.version())) {
        throw new StoreException("another version", Trouble.CONFLICT);
      }
      return store(namespace, status);
    }

    @Override
    public void delete(String namespace) throws StoreException {
      call("delete " + namespace, namespace);
      stored.remove(namespace);
    }

    private void call(String what, String namespace) throws StoreException {
      calls.add(what);
      if (failing) {
        throw new StoreException("no such kind", Trouble.ALL);
      }
      if (refusing.containsKey(namespace)) {
        throw refusing.get(namespace);
      }
    }
  }

  private String store(String namespace, MigrationStatus status) {
    Kept kept = new Kept(Optional.of(status), "v" + ++version);
    stored.put(namespace, kept);
    return kept.version();
  }

  private static MigrationStatus status(String mode, int callers) {
    return new MigrationStatus(
        mode, "irsa", 1, callers, "1/1", true, 0, "", "", "", List.of(), List.of(), List.of(), 0,
        0);
  }

  private void tickAfter(Duration time) {
    clock.advance(time);
    writer.changed("shop");
    writer.tick();
  }

  private Optional<MigrationStatus> statusOf(String namespace) {
    return Optional.ofNullable(stored.get(namespace)).flatMap(Kept::status);
  }

  private long puts(String namespace) {
    return calls.stream().filter(call -> call.startsWith("put " + namespace + " ")).count();
  }

  @Test
  void onlyTheLeaderWritesAndOnlyWhatHasChanged() {
    now.put("shop", status("rehearse", 1));
    writer.tick();
    assertThat(calls).isEmpty();

    writer.lead(true);
    writer.tick();
    tickAfter(MigrationWriter.PAUSE);
    tickAfter(MigrationWriter.SWEEP);
    assertThat(calls).containsExactly("list", "put shop rehearse");
    assertThat(writer.counts()).isEqualTo(new MigrationWriter.Counts(1, 1));
  }

  @Test
  void aNamespaceIsWrittenOnceInAPause() {
    now.put("shop", status("rehearse", 1));
    writer.lead(true);
    writer.tick();
    now.put("shop", status("rehearse", 2));
    tickAfter(Duration.ofSeconds(1));
    assertThat(calls).hasSize(2);
    tickAfter(MigrationWriter.PAUSE);
    assertThat(calls).hasSize(3);
  }

  @Test
  void whatNobodyNeedsAnyMoreIsDeleted() {
    store("gone", status("kiam", 1));
    writer.lead(true);
    writer.tick();
    assertThat(calls).containsExactly("list", "delete gone");
  }

  @Test
  void aNewLeaderDoesNotWriteThatItKnowsNothingYet() {
    store("shop", status("rehearse", 1));
    now.put("shop", status("rehearse", 0));
    settled = false;
    writer.lead(true);
    writer.tick();
    assertThat(calls).containsExactly("list");

    settled = true;
    tickAfter(MigrationWriter.PAUSE);
    assertThat(calls).containsExactly("list", "put shop rehearse");
  }

  @Test
  void afterAFailureItRestsReadsAndGoesOn() {
    now.put("shop", status("rehearse", 1));
    failing = true;
    writer.lead(true);
    writer.tick();
    tickAfter(Duration.ofSeconds(29));
    assertThat(calls).containsExactly("list");

    failing = false;
    tickAfter(Duration.ofSeconds(1));
    assertThat(calls).containsExactly("list", "list", "put shop rehearse");
  }

  @Test
  void oneNamespaceThatIsRefusedDoesNotKeepTheOthersFromBeingWritten() {
    refusing.put("other", new StoreException("too large", Trouble.NAMESPACE));
    now.put("other", status("kiam", 1));
    now.put("shop", status("rehearse", 1));
    writer.lead(true);
    for (int i = 1; i <= 3600; i++) {
      clock.advance(Duration.ofSeconds(1));
      now.put("shop", status("rehearse", i));
      writer.changed("shop");
      writer.tick();
    }
    // After 30 s, a minute, two, …
    assertThat(puts("other")).isBetween(5L, 9L);
    assertThat(puts("shop")).isBetween(700L, 720L);
    assertThat(calls.stream().filter("list"::equals)).hasSize(1);

    refusing.clear();
    tickAfter(MigrationWriter.LONGEST_REST);
    assertThat(stored).containsOnlyKeys("other", "shop");
  }

  @Test
  void ofANamespaceThatIsGoneThereIsNothingToWrite() {
    refusing.put("other", new StoreException("is being terminated", Trouble.GONE));
    now.put("other", status("kiam", 1));
    now.put("shop", status("rehearse", 1));
    writer.lead(true);
    writer.tick();
    tickAfter(Duration.ofSeconds(1));
    assertThat(puts("other")).isEqualTo(1);
    assertThat(stored).containsOnlyKeys("shop");

    // Made anew, under the same name.
    refusing.clear();
    tickAfter(MigrationWriter.SWEEP);
    assertThat(stored).containsOnlyKeys("other", "shop");
  }

  @Test
  void whatSomebodyElseHasWrittenIsReadBeforeItIsWrittenOver() {
    now.put("shop", status("rehearse", 1));
    writer.lead(true);
    writer.tick();
    store("shop", status("rehearse", 7));
    now.put("shop", status("rehearse", 2));
    tickAfter(MigrationWriter.PAUSE);
    assertThat(statusOf("shop")).contains(status("rehearse", 7));
    tickAfter(MigrationWriter.PAUSE);
    assertThat(statusOf("shop")).contains(status("rehearse", 2));
    assertThat(calls)
        .containsExactly(
            "list", "put shop rehearse", "put shop rehearse", "list", "put shop rehearse");
  }
}
