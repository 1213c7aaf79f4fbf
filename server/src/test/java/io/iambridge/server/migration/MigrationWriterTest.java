package io.iambridge.server.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.common.testing.FakeClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MigrationWriterTest {
  private final FakeClock clock = new FakeClock();
  private final Map<String, MigrationStatus> stored = new HashMap<>();
  private final Map<String, MigrationStatus> now = new HashMap<>();
  private final List<String> calls = new ArrayList<>();
  private boolean settled = true;
  private boolean failing;

  private final MigrationWriter writer =
      new MigrationWriter(
          new Store(),
          () -> Set.of("shop"),
          namespace -> Optional.ofNullable(now.get(namespace)),
          namespace -> settled,
          clock);

  private final class Store implements MigrationStore {
    @Override
    public Map<String, MigrationStatus> list() throws StoreException {
      call("list");
      return Map.copyOf(stored);
    }

    @Override
    public void put(String namespace, MigrationStatus status) throws StoreException {
      call("put " + namespace + " " + status.mode());
      stored.put(namespace, status);
    }

    @Override
    public void delete(String namespace) throws StoreException {
      call("delete " + namespace);
      stored.remove(namespace);
    }

    private void call(String what) throws StoreException {
      calls.add(what);
      if (failing) {
        throw new StoreException("no such kind");
      }
    }
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
    stored.put("gone", status("kiam", 1));
    writer.lead(true);
    writer.tick();
    assertThat(calls).containsExactly("list", "delete gone");
  }

  @Test
  void aNewLeaderDoesNotWriteThatItKnowsNothingYet() {
    stored.put("shop", status("rehearse", 1));
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
}
