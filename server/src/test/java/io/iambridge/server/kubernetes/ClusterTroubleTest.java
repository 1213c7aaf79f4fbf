package io.iambridge.server.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the watch when we fail ourselves, or the API server is away for long. */
class ClusterTroubleTest {
  private final FakeClock clock = new FakeClock();
  private final ManualScheduler scheduler = new ManualScheduler(clock);
  private final Heard heard = new Heard();
  private final FailingOnce metrics = new FailingOnce();
  private ApiStub api;
  private KubernetesClient client;
  private ClusterWatch watch;

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
    api.put("pods", pod("u1", "node-1"));
    watch = ClusterWatch.start(client, heard, clock, scheduler, metrics);
    watch.synced().get(30, TimeUnit.SECONDS);
    await()
        .until(() ->
            api.watches("pods") == 1
                && api.watches("namespaces") == 1
                && api.watches("serviceaccounts") == 1);
  }

  @AfterEach
  void stop() {
    watch.close();
    client.close();
    api.close();
  }

  @Test
  void aPodWeFailAtIsUnknownAndTheOthersAreStillHeardOf() {
    assertThat(heard.pods).containsExactly("u1");
    api.put("pods", pod("u1", Heard.POISON));
    api.put("pods", pod("u2", "node-1"));
    await().until(() -> heard.pods.equals(Set.of("u2")));
    api.put("pods", pod("u1", "node-2"));
    await().until(() -> heard.pods.equals(Set.of("u1", "u2")));
  }

  @Test
  void aCheckThatFailsIsNotTheLastOne() {
    scheduler.advance(ResourceWatch.CHECK_INTERVAL);
    metrics.failing.addAll(Set.of(Watched.NAMESPACES, Watched.PODS));
    clock.advance(ResourceWatch.MAX_SILENCE.plusSeconds(1));
    heard.pods.clear();
    scheduler.advance(ResourceWatch.CHECK_INTERVAL);
    assertThat(metrics.failing).as("both checks ran into it").isEmpty();
    scheduler.advance(ResourceWatch.CHECK_INTERVAL);
    await().until(() -> heard.pods.contains("u1"));
  }

  @Test
  void aQuietWatchIsInTouch() {
    scheduler.advance(ResourceWatch.CHECK_INTERVAL);
    for (int asked = 1; asked <= 5; asked++) {
      int times = asked;
      scheduler.advance(ResourceWatch.MAX_QUIET.plus(ResourceWatch.CHECK_INTERVAL));
      await()
          .until(() ->
              api.requests().stream().filter(r -> r.endsWith("/pods?limit=1")).count() >= times);
      await().until(() -> metrics.withoutContact(Watched.PODS) == 0);
    }
    await().until(() -> watch.outOfTouch().isEmpty());
  }

  @Test
  void aWatchThatCannotBeEstablishedIsOutOfTouchUntilItCan() {
    scheduler.advance(ResourceWatch.CHECK_INTERVAL);
    api.failing(true);
    api.gone("pods");
    await().until(() -> api.watches("pods") == 0);
    scheduler.advance(ClusterWatch.MAX_WITHOUT_CONTACT.minusSeconds(10));
    assertThat(watch.outOfTouch()).isEmpty();
    scheduler.advance(Duration.ofSeconds(20));
    assertThat(watch.outOfTouch().orElseThrow()).contains("has said nothing of", " for 2m");
    assertThat(heard.pods).as("what is known is kept").containsExactly("u1");

    api.failing(false);
    await()
        .until(() -> {
          scheduler.advance(ResourceWatch.CHECK_INTERVAL);
          return watch.outOfTouch().isEmpty();
        });
  }

  /** In mode irsa they name the role. */
  @Test
  void aWatchOfServiceAccountsAloneThatIsAwayIsOutOfTouch() {
    scheduler.advance(ResourceWatch.CHECK_INTERVAL);
    api.failing("serviceaccounts");
    api.gone("serviceaccounts");
    await().until(() -> api.watches("serviceaccounts") == 0);
    await()
        .until(() -> {
          scheduler.advance(ResourceWatch.CHECK_INTERVAL);
          return watch.outOfTouch().filter(why -> why.contains("service accounts")).isPresent();
        });
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(30));
  }

  private static io.fabric8.kubernetes.api.model.Pod pod(String uid, String node) {
    return new PodBuilder()
        .withNewMetadata()
        .withUid(uid)
        .withNamespace("apps")
        .withName("pod-" + uid)
        .endMetadata()
        .withNewSpec()
        .withNodeName(node)
        .endSpec()
        .build();
  }

  private static final class Heard implements ClusterListener {
    static final String POISON = "poison";
    private final Set<String> pods = ConcurrentHashMap.newKeySet();

    @Override
    public void podChanged(Pod pod) {
      if (pod.node().equals(POISON)) {
        throw new StackOverflowError("an expression of a tenant");
      }
      pods.add(pod.uid());
    }

    @Override
    public void podDeleted(String uid) {
      pods.remove(uid);
    }

    @Override
    public void namespaceChanged(Namespace namespace) {}

    @Override
    public void namespaceDeleted(String name) {}

    @Override
    public void serviceAccountChanged(ServiceAccount account) {}

    @Override
    public void serviceAccountDeleted(String namespace, String name) {}
  }

  private static final class FailingOnce implements ServerMetrics {
    private final Map<Watched, DoubleSupplier> contacts = new ConcurrentHashMap<>();

    double withoutContact(Watched kind) {
      return contacts.getOrDefault(kind, () -> -1).getAsDouble();
    }

    @Override
    public void watchContact(Watched kind, DoubleSupplier seconds) {
      contacts.put(kind, seconds);
    }

    private final Set<Watched> failing = ConcurrentHashMap.newKeySet();

    @Override
    public void watchFailed(Watched kind) {
      if (failing.remove(kind)) {
        throw new IllegalStateException("a bug of ours");
      }
    }
  }
}
