package io.iambridge.server.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.iambridge.common.testing.FakeClock;
import io.iambridge.common.testing.ManualScheduler;
import io.iambridge.server.cluster.ClusterListener;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.metrics.ServerMetrics;
import io.iambridge.server.metrics.Watched;
import io.iambridge.server.testing.ApiStub;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterWatchTest {
  private final FakeClock clock = new FakeClock();
  private final ManualScheduler scheduler = new ManualScheduler(clock);
  private final Heard heard = new Heard();
  private final Counts counts = new Counts();
  private ApiStub api;
  private KubernetesClient client;
  private @Nullable ClusterWatch watch;

  @BeforeEach
  void start() throws Exception {
    api = new ApiStub();
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(api.url())
            .withWatchReconnectInterval(20)
            .withOnlyHttpWatches(true)
            .withRequestRetryBackoffLimit(0)
            .build();
    client = new KubernetesClientBuilder().withConfig(config).build();
  }

  @AfterEach
  void stop() {
    if (watch != null) {
      watch.close();
    }
    client.close();
    api.close();
  }

  @Test
  void everythingThatExistsIsToldBeforeItIsSynced() throws Exception {
    api.put("pods", pod("u1", "web", "10.0.0.1"));
    api.put("namespaces", namespace("apps"));
    api.put("serviceaccounts", serviceAccount("web"));
    watch().synced().get(30, TimeUnit.SECONDS);
    assertThat(heard.pods).containsOnlyKeys("u1");
    assertThat(heard.namespaces).containsOnlyKeys("apps");
    assertThat(heard.serviceAccounts).containsExactly("apps/web");
  }

  @Test
  void anEmptyClusterIsSyncedToo() throws Exception {
    watch().synced().get(30, TimeUnit.SECONDS);
  }

  @Test
  void listsComeInPages() throws Exception {
    for (int i = 0; i < 1_234; i++) {
      api.put("pods", pod("u" + i, "web-" + i, "10.0.0.1"));
    }
    watch().synced().get(30, TimeUnit.SECONDS);
    assertThat(heard.pods).hasSize(1_234);
    assertThat(
            api.requests().stream()
                .filter(r -> r.contains("/pods?") && r.contains("limit=500"))
                .count())
        .isEqualTo(3);
  }

  @Test
  void changesAndDeletionsAreTold() throws Exception {
    watchSynced();
    api.put("pods", pod("u1", "web", "10.0.0.1"));
    await().until(() -> heard.pods.containsKey("u1"));
    api.put("pods", pod("u1", "web", "10.0.0.2"));
    await().until(() -> heard.pods.toString().contains("10.0.0.2"));
    api.delete("pods", "u1");
    await().until(() -> heard.pods.isEmpty());
  }

  @Test
  void deletionsMissedDuringAGapAreToldAfterTheNextList() throws Exception {
    api.put("pods", pod("u1", "web", "10.0.0.1"));
    api.put("pods", pod("u2", "db", "10.0.0.2"));
    watchSynced();
    api.vanish("pods", "u1");
    api.put("pods", pod("u3", "web", "10.0.0.1"));
    api.gone("pods");
    await().until(() -> heard.pods.keySet().equals(java.util.Set.of("u2", "u3")));
  }

  @Test
  void aNamespaceMadeAnewDuringAGapIsNotTakenForDeleted() throws Exception {
    api.put("namespaces", namespace("apps"));
    watchSynced();
    api.vanish("namespaces", "uid-apps");
    var anew = namespace("apps");
    anew.getMetadata().setUid("uid-apps-2");
    anew.getMetadata().setAnnotations(Map.of("iam.amazonaws.com/permitted", "new"));
    api.put("namespaces", anew);
    api.gone("namespaces");
    await().until(() -> heard.namespaces.toString().contains("permitted=new"));
    await().until(() -> api.watches("namespaces") == 1);
    assertThat(heard.namespaces).containsOnlyKeys("apps");
  }

  @Test
  void anObjectTheListenerFailsAtDoesNotStopTheOthers() throws Exception {
    watchSynced();
    api.put("pods", pod("poison", "bad", "10.0.0.1"));
    api.put("pods", pod("u2", "good", "not an address"));
    await().until(() -> heard.pods.containsKey("u2"));
    assertThat(counts.skipped.get()).isEqualTo(2);
  }

  @Test
  void anApiServerThatIsAwayAtTheStartIsTriedAgain() throws Exception {
    api.put("pods", pod("u1", "web", "10.0.0.1"));
    api.failing(true);
    ClusterWatch started = watch();
    await().until(() -> counts.failed.get() >= 3);
    assertThat(started.synced()).isNotDone();
    api.failing(false);
    started.synced().get(30, TimeUnit.SECONDS);
    assertThat(heard.pods).containsOnlyKeys("u1");
  }

  @Test
  void anApiServerThatGoesAwayLaterIsTriedAgain() throws Exception {
    watchSynced();
    api.failing(true);
    api.gone("pods");
    int before = counts.failed.get();
    await().until(() -> counts.failed.get() >= before + 2);
    api.failing(false);
    api.put("pods", pod("u1", "web", "10.0.0.1"));
    await().until(() -> heard.pods.containsKey("u1"));
  }

  @Test
  void aSilentWatchIsReplacedAndEverythingToldAgain() throws Exception {
    api.put("pods", pod("u1", "web", "10.0.0.1"));
    api.put("pods", pod("u2", "db", "10.0.0.2"));
    watchSynced();
    scheduler.advance(ResourceWatch.CHECK_INTERVAL);
    assertThat(counts.age(Watched.PODS)).isZero();
    clock.advance(Duration.ofMinutes(14));
    assertThat(counts.age(Watched.PODS)).isEqualTo(840);
    scheduler.advance(Duration.ofSeconds(5));

    heard.pods.clear();
    api.vanish("pods", "u1");
    heard.deleted.clear();
    scheduler.advance(Duration.ofMinutes(2));
    await().until(() -> heard.pods.containsKey("u2"));
    await().until(() -> heard.deleted.contains("u1"));
    assertThat(counts.age(Watched.PODS)).isLessThan(840);
  }

  @Test
  void aWatchThatHasBroughtSomethingAndFallsSilentIsReplacedSooner() throws Exception {
    api.put("pods", pod("u1", "web", "10.0.0.1"));
    watchSynced();
    scheduler.advance(ResourceWatch.CHECK_INTERVAL);
    heard.pods.clear();
    clock.advance(ResourceWatch.MAX_SILENCE_OF_A_WATCH.plusSeconds(1));
    scheduler.advance(ResourceWatch.CHECK_INTERVAL);
    assertThat(heard.pods).as("an API server without bookmarks is left alone").isEmpty();

    api.put("pods", pod("u2", "db", "10.0.0.2"));
    await().until(() -> heard.pods.containsKey("u2"));
    scheduler.advance(ResourceWatch.CHECK_INTERVAL);
    heard.pods.clear();
    clock.advance(ResourceWatch.MAX_SILENCE_OF_A_WATCH.plusSeconds(1));
    scheduler.advance(ResourceWatch.CHECK_INTERVAL);
    await().until(() -> heard.pods.keySet().containsAll(Set.of("u1", "u2")));
  }

  @Test
  void nothingIsToldAfterClose() throws Exception {
    watchSynced().close();
    api.put("pods", pod("u1", "web", "10.0.0.1"));
    await().until(() -> api.watches("pods") <= 1);
    assertThat(heard.pods).isEmpty();
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(30));
  }

  private ClusterWatch watch() {
    ClusterWatch started = ClusterWatch.start(client, heard, clock, scheduler, counts);
    watch = started;
    return started;
  }

  /** And with every watch open, so that what happens next is not part of a list. */
  private ClusterWatch watchSynced() throws Exception {
    ClusterWatch started = watch();
    started.synced().get(30, TimeUnit.SECONDS);
    await()
        .until(() ->
            api.watches("pods") == 1
                && api.watches("namespaces") == 1
                && api.watches("serviceaccounts") == 1);
    return started;
  }

  private static io.fabric8.kubernetes.api.model.Pod pod(String uid, String name, String ip) {
    return new PodBuilder()
        .withMetadata(
            new ObjectMetaBuilder().withUid(uid).withNamespace("apps").withName(name).build())
        .withNewSpec()
        .withNodeName("node-1")
        .endSpec()
        .withNewStatus()
        .withPodIPs(new PodIP(ip))
        .endStatus()
        .build();
  }

  private static io.fabric8.kubernetes.api.model.Namespace namespace(String name) {
    return new NamespaceBuilder()
        .withMetadata(new ObjectMetaBuilder().withUid("uid-" + name).withName(name).build())
        .build();
  }

  private static io.fabric8.kubernetes.api.model.ServiceAccount serviceAccount(String name) {
    return new ServiceAccountBuilder()
        .withMetadata(
            new ObjectMetaBuilder()
                .withUid("uid-" + name)
                .withNamespace("apps")
                .withName(name)
                .build())
        .build();
  }

  private static final class Heard implements ClusterListener {
    private final Map<String, Pod> pods = new ConcurrentHashMap<>();
    private final Map<String, Namespace> namespaces = new ConcurrentHashMap<>();
    private final List<String> serviceAccounts = new CopyOnWriteArrayList<>();
    private final List<String> deleted = new CopyOnWriteArrayList<>();

    @Override
    public void podChanged(Pod pod) {
      if (pod.uid().equals("poison")) {
        throw new IllegalStateException("a bug of ours");
      }
      pods.put(pod.uid(), pod);
    }

    @Override
    public void podDeleted(String uid) {
      pods.remove(uid);
      deleted.add(uid);
    }

    @Override
    public void namespaceChanged(Namespace namespace) {
      namespaces.put(namespace.name(), namespace);
    }

    @Override
    public void namespaceDeleted(String name) {
      namespaces.remove(name);
    }

    @Override
    public void serviceAccountChanged(ServiceAccount account) {
      serviceAccounts.add(account.namespace() + "/" + account.name());
    }

    @Override
    public void serviceAccountDeleted(String namespace, String name) {
      serviceAccounts.remove(namespace + "/" + name);
    }
  }

  private static final class Counts implements ServerMetrics {
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger skipped = new AtomicInteger();
    private final Map<Watched, DoubleSupplier> ages = new ConcurrentHashMap<>();

    double age(Watched kind) {
      return ages.getOrDefault(kind, () -> -1).getAsDouble();
    }

    @Override
    public void watchFailed(Watched kind) {
      failed.incrementAndGet();
    }

    @Override
    public void objectSkipped(Watched kind) {
      skipped.incrementAndGet();
    }

    @Override
    public void watchAge(Watched kind, DoubleSupplier seconds) {
      ages.put(kind, seconds);
    }
  }
}
