package io.iambridge.server.presence;

import static io.iambridge.server.testing.ServerFixtures.apps;
import static io.iambridge.server.testing.ServerFixtures.podWithRole;
import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.server.bindings.Binder;
import io.iambridge.server.callers.CallerIndex;
import io.iambridge.server.callers.CallersListener;
import io.iambridge.server.cluster.Origin;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.presence.Presence.Confirmed;
import io.iambridge.server.presence.Presence.Gone;
import io.iambridge.server.presence.Presence.OnOtherNode;
import io.iambridge.server.presence.Presence.Unclear;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import io.iambridge.server.testing.ServerFixtures;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConfirmationsTest {
  private static final InetAddress ADDRESS = InetAddress.ofLiteral("10.0.0.1");
  private static final Pod POD = podWithRole("u1", "node-1", "10.0.0.1", "app");

  private final RoleResolver roles = new RoleResolver(ServerFixtures.BASE);
  private final CallerIndex callers =
      new CallerIndex(
          new NamespaceRules(roles, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(roles, new SessionNames("kiam")),
          CallersListener.NOBODY);
  private final Map<String, Pod> kubernetes = new HashMap<>();
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private boolean away;
  private boolean stopping;
  private int reads;

  private final Confirmations confirmations =
      new Confirmations(
          callers,
          (namespace, name) -> {
            reads++;
            if (away) {
              throw new PodReadException("Kubernetes did not answer a read of a pod in time");
            }
            return Optional.ofNullable(kubernetes.get(namespace + "/" + name));
          },
          task -> {
            if (stopping) {
              throw new RejectedExecutionException();
            }
            tasks.add(task);
          });

  /** Ways in which a pod is not what the watch has told of it any more. */
  enum Change {
    GONE,
    REPLACED,
    ENDED,
    DELETING,
    MOVED,
    WITHOUT_ITS_ADDRESS,
    ON_THE_HOSTS_NETWORK
  }

  private void watchTells(Pod pod) {
    callers.namespaceChanged(apps(".*"));
    callers.podChanged(pod);
  }

  private void kubernetesSays(Pod pod) {
    kubernetes.put(pod.fullName(), pod);
  }

  private Presence ask() {
    CompletableFuture<Presence> answer = confirmations.confirm("u1", ADDRESS, "node-1");
    while (!tasks.isEmpty()) {
      tasks.poll().run();
    }
    return answer.join();
  }

  private static Pod changed(Change change) {
    return new Pod(
        change == Change.REPLACED ? "u2" : POD.uid(),
        POD.namespace(),
        POD.name(),
        change == Change.MOVED ? "node-2" : POD.node(),
        POD.serviceAccount(),
        change == Change.WITHOUT_ITS_ADDRESS ? Set.of() : POD.addresses(),
        change == Change.ON_THE_HOSTS_NETWORK,
        change == Change.ENDED,
        change == Change.DELETING,
        Optional.of(Instant.EPOCH),
        POD.annotations(),
        Map.of(),
        Origin.ofBarePod("bare"));
  }

  @Test
  void podThatKubernetesNamesAtTheAddressIsConfirmed() {
    watchTells(POD);
    kubernetesSays(POD);
    assertThat(ask()).isEqualTo(new Confirmed());
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void podThatChangedBehindTheWatchesBackIsNotConfirmed(Change change) {
    watchTells(POD);
    if (change != Change.GONE) {
      kubernetesSays(changed(change));
    }
    assertThat(ask()).isInstanceOf(Gone.class);
  }

  @Test
  void podWhoseAddressAnotherClaimsTooIsNotConfirmed() {
    watchTells(POD);
    kubernetesSays(POD);
    callers.podChanged(podWithRole("u2", "node-1", "10.0.0.1", "app"));
    assertThat(ask()).isInstanceOf(Gone.class);
  }

  @Test
  void podThatTheWatchDoesNotKnowOrOfAnotherNodeIsNotRead() {
    assertThat(ask()).isInstanceOf(Gone.class);
    watchTells(podWithRole("u1", "node-2", "10.0.0.1", "app"));
    assertThat(ask()).isInstanceOf(OnOtherNode.class);
    assertThat(reads).isZero();
  }

  @Test
  void withoutAnAnswerNothingIsClear() {
    watchTells(POD);
    away = true;
    assertThat(ask()).isEqualTo(new Unclear("Kubernetes did not answer a read of a pod in time"));
    stopping = true;
    assertThat(ask()).isInstanceOf(Unclear.class);
  }

  @Test
  void eachQuestionHasAReadOfItsOwnAndANodeHasOnlySoManyPlaces() {
    watchTells(POD);
    kubernetesSays(POD);
    List<CompletableFuture<Presence>> answers = new ArrayList<>();
    for (int i = 0; i <= Confirmations.PLACES_PER_NODE; i++) {
      answers.add(confirmations.confirm("u1", ADDRESS, "node-1"));
    }
    assertThat(answers.getLast().join()).isInstanceOf(Unclear.class);
    assertThat(ask()).as("the others' reads are done by now").isInstanceOf(Unclear.class);
    assertThat(reads).isEqualTo(Confirmations.PLACES_PER_NODE);
    assertThat(ask()).isEqualTo(new Confirmed());
  }
}
