package io.iambridge.server.callers;

import static io.iambridge.server.callers.TestPods.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.iambridge.proto.v1.Reason;
import io.iambridge.server.bindings.Binder;
import io.iambridge.server.bindings.Entitlement;
import io.iambridge.server.bindings.TargetSessions;
import io.iambridge.server.cluster.Namespace;
import io.iambridge.server.cluster.Pod;
import io.iambridge.server.cluster.ServiceAccount;
import io.iambridge.server.credentials.Session;
import io.iambridge.server.modes.Mode;
import io.iambridge.server.modes.Modes;
import io.iambridge.server.policy.AllowedRolesFormat;
import io.iambridge.server.policy.NamespaceRules;
import io.iambridge.server.roles.RoleResolver;
import io.iambridge.server.roles.SessionNames;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CallerIndexTest {
  private static final String LATER = "2026-11-22T07:00:00Z";
  private static final String LATEST = "2026-11-22T08:00:00Z";

  private static final RoleResolver ROLES = new RoleResolver("arn:aws:iam::123456789012:role/");

  private final List<String> heard = new ArrayList<>();
  private final CallersListener listener =
      new CallersListener() {
        @Override
        public void entitled(PodBinding decided) {
          heard.add(decided.pod().name() + " " + describe(decided.entitlement()));
        }

        @Override
        public void ambiguous(String node, InetAddress address, List<String> pods) {
          heard.add("ambiguous " + node + " " + address.getHostAddress() + " " + pods);
        }

        @Override
        public void unknownMode(Namespace namespace, String value) {
          heard.add("unknown " + namespace.name() + " " + value);
        }

        @Override
        public void unknownMode(Pod pod, String value) {
          heard.add("unknown " + pod.fullName() + " " + value);
        }
      };

  private final CallerIndex index =
      new CallerIndex(
          new NamespaceRules(ROLES, AllowedRolesFormat.GLOB, /* strict= */ true),
          new Binder(ROLES, new SessionNames("kiam")),
          listener);

  private final Map<String, Map<String, String>> seen = new HashMap<>();
  private final Map<String, Subscription> agents = new HashMap<>();

  @BeforeEach
  void demoPermitsEverything() {
    namespace("demo", ".*");
  }

  private void namespace(String name, String permitted) {
    index.namespaceChanged(
        new Namespace(name, "uid-" + name, Map.of(NamespaceRules.PERMITTED, permitted), Map.of()));
  }

  /**
   * What the agent of a node knows after it has taken everything: address to pod and entitlement.
   */
  private Map<String, String> agent(String node) {
    Map<String, String> state = seen.computeIfAbsent(node, key -> new HashMap<>());
    for (AddressState change : subscription(node).poll()) {
      String address = change.address().getHostAddress();
      switch (change.occupant()) {
        case Occupant.One(Caller caller) ->
            state.put(address, caller.podName() + " " + describe(caller.entitlement()));
        case Occupant.Several(List<String> pods) -> state.put(address, "several " + pods);
        case Occupant.Nobody() -> state.remove(address);
      }
    }
    return state;
  }

  private Subscription subscription(String node) {
    return agents.computeIfAbsent(node, key -> index.subscribe(key, () -> {}));
  }

  private static String describe(Entitlement entitlement) {
    return switch (entitlement) {
      case Entitlement.Binding(var session) -> session.role().name();
      case Entitlement.Denial(Reason reason, var message, var at) -> reason.name();
      case Entitlement.NoRole() -> "no role";
    };
  }

  /** As {@link #agent} describes it, without a node. */
  private String anywhere(String ip) {
    return switch (index.at(InetAddress.ofLiteral(ip))) {
      case Occupant.One(Caller caller) -> caller.podName() + " " + describe(caller.entitlement());
      case Occupant.Several(List<String> pods) -> "several " + pods;
      case Occupant.Nobody() -> "nobody";
    };
  }

  @Test
  void anAddressIsFoundWithoutItsNodeWhileOneNodesPodsClaimIt() {
    index.podChanged(pod("p1").at("10.0.0.1", "fd00::1").role("app").build());
    assertThat(anywhere("10.0.0.1")).isEqualTo("p1 app");
    assertThat(anywhere("fd00::1")).isEqualTo("p1 app");
    assertThat(anywhere("10.0.0.2")).isEqualTo("nobody");
    index.podChanged(pod("p2").node("node-2").at("10.0.0.1").role("app").build());
    assertThat(anywhere("10.0.0.1")).isEqualTo("several [demo/p1, demo/p2]");
    index.podChanged(pod("p1").at("10.0.0.1", "fd00::1").role("app").ended().build());
    assertThat(anywhere("10.0.0.1")).isEqualTo("p2 app");
    assertThat(anywhere("fd00::1")).isEqualTo("nobody");
    index.podDeleted("uid-p2");
    assertThat(anywhere("10.0.0.1")).isEqualTo("nobody");
  }

  /** Its namespace's list may lag behind its own: it is nobody's caller yet, but it is there. */
  @Test
  void aPodThatCannotBeJudgedYetDoesNotLeaveItsAddressToAnotherNodesPod() {
    index.podChanged(pod("p1").at("10.0.0.1").role("app").build());
    index.podChanged(
        pod("p2").namespace("unseen").node("node-2").at("10.0.0.1").role("app").build());
    assertThat(anywhere("10.0.0.1")).isEqualTo("several [demo/p1, unseen/p2]");
  }

  @Test
  void aSessionIsInUseWhileAPodLivesThatMayHaveIt() {
    Session app = Session.of(ROLES.resolve("app"), "kiam-kiam");
    index.podChanged(pod("p1").at("10.0.0.1").role("app").build());
    index.podChanged(pod("p2").node("node-2").at("10.0.0.2").role("app").build());
    assertThat(index.isInUse(app)).isTrue();
    index.podDeleted("uid-p1");
    assertThat(index.isInUse(app)).isTrue();
    index.podChanged(pod("p2").node("node-2").at("10.0.0.2").role("app").ended().build());
    assertThat(index.isInUse(app)).isFalse();
    index.podChanged(pod("p2").node("node-2").at("10.0.0.2").role("app").build());
    assertThat(index.isInUse(app)).isTrue();
    namespace("demo", "nothing");
    assertThat(index.isInUse(app)).isFalse();
  }

  @Test
  void anAgentGetsASnapshotOfItsNodeAndThenChanges() {
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    index.podChanged(pod("b").at("10.0.0.2").build());
    index.podChanged(pod("c").node("node-2").at("10.0.1.1").role("web").build());
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.1", "a app", "10.0.0.2", "b no role"));

    index.podChanged(pod("b").at("10.0.0.2").role("web").build());
    index.podDeleted("uid-a");
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.2", "b web"));
    assertThat(agent("node-2")).isEqualTo(Map.of("10.0.1.1", "c web"));
  }

  @Test
  void aPodHasEachOfItsAddresses() {
    index.podChanged(pod("a").at("10.0.0.1", "fd00::1").role("app").build());
    assertThat(agent("node-1"))
        .isEqualTo(Map.of("10.0.0.1", "a app", "fd00:0:0:0:0:0:0:1", "a app"));
  }

  /** An address on another node is another address: agents hear of their own node only. */
  @Test
  void callerOfAnotherNodesPodAddressIsUnknown() {
    index.podChanged(pod("a").node("node-2").at("10.0.0.1").role("app").build());
    assertThat(agent("node-1")).isEmpty();
  }

  @Test
  void podsThatCannotCallAreNotCallers() {
    index.podChanged(pod("host").at("10.0.0.1").hostNetwork().role("app").build());
    index.podChanged(pod("ended").at("10.0.0.2").ended().role("app").build());
    index.podChanged(pod("pending").node("").at("10.0.0.3").role("app").build());
    index.podChanged(pod("no-address").role("app").build());
    assertThat(agent("node-1")).isEmpty();
    assertThat(agent("")).isEmpty();
  }

  @Test
  void aPodThatEndsIsForgotten() {
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    assertThat(agent("node-1")).hasSize(1);
    index.podChanged(pod("a").at("10.0.0.1").role("app").ended().build());
    assertThat(agent("node-1")).isEmpty();
  }

  @Test
  void anAddressGivenToAnotherPodIsTheOtherPods() {
    index.podChanged(pod("old").at("10.0.0.1").role("admin").build());
    index.podChanged(pod("old").at("10.0.0.1").role("admin").deleting().build());
    index.podChanged(pod("new").at("10.0.0.1").role("app").started(LATER).build());
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.1", "new app"));
    index.podDeleted("uid-old");
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.1", "new app"));
  }

  /** Pods and namespaces are watched apart, so a new namespace may come after its first pod. */
  @Test
  void aPodOfAnUnknownNamespaceTakesItsAddressFromItsPredecessor() {
    index.podChanged(pod("old").at("10.0.0.1").role("admin").build());
    index.podChanged(
        pod("new").namespace("unheard-of").at("10.0.0.1").role("app").started(LATER).build());
    assertThat(agent("node-1")).isEmpty();
  }

  /** It may still run when its object is gone, and its predecessor does not. */
  @Test
  void aPodThatLostItsAddressToALaterOneDoesNotGetItBack() {
    index.podChanged(pod("old").at("10.0.0.1").role("admin").build());
    index.podChanged(pod("new").at("10.0.0.1").role("app").started(LATER).build());
    index.podDeleted("uid-new");
    assertThat(agent("node-1")).isEmpty();
    index.podChanged(pod("old").at("10.0.0.1").role("other").build());
    assertThat(agent("node-1")).isEmpty();
    index.podChanged(pod("old").at("10.0.0.1").role("other").started(LATEST).build());
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.1", "old other"));
  }

  /**
   * After a reboot addresses change hands, and where the kubelet does not tell since when a sandbox
   * has its network, a start of long ago decides between an old status and a new one.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPodThatLostItsAddressToAnOldStatusGetsItWhenTheNewOneComes(boolean inTwoSteps) {
    index.podChanged(pod("older").at("10.0.0.1").role("app").build());
    index.podChanged(pod("younger").at("10.0.0.2").role("web").started(LATER).build());
    index.podChanged(pod("older").at("10.0.0.2").role("app").build());
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.2", "younger web"));
    if (inTwoSteps) {
      index.podChanged(pod("younger").at().role("web").started(LATER).build());
      assertThat(agent("node-1")).isEmpty();
    }
    index.podChanged(pod("younger").at("10.0.0.3").role("web").started(LATER).build());
    assertThat(agent("node-1"))
        .isEqualTo(Map.of("10.0.0.2", "older app", "10.0.0.3", "younger web"));
  }

  /** Each of these leaves the address to somebody who has not been heard of yet. */
  @ParameterizedTest
  @ValueSource(strings = {"anew", "nowhere", "ended", "gone", "deleting", "another"})
  void aPodThatLostItsAddressForGoodDoesNotGetItBack(String how) {
    index.podChanged(pod("old").at("10.0.0.1").role("admin").build());
    index.podChanged(pod("new").at("10.0.0.1").role("app").started(LATER).build());
    TestPods moved = pod("new").at("10.0.0.2").role("app").started(LATER);
    switch (how) {
      // Its start is its network's: it had the address after the old one.
      case "anew" -> {
        index.podChanged(moved.started(LATEST).build());
        index.podChanged(moved.started(LATEST).role("web").build());
      }
      case "nowhere" -> index.podChanged(moved.at().build());
      case "ended" -> index.podChanged(moved.ended().build());
      case "deleting" -> {
        index.podChanged(pod("old").at("10.0.0.1").role("admin").deleting().build());
        index.podChanged(moved.build());
      }
      case "another" -> {
        index.podChanged(pod("third").at("10.0.0.1").role("app").started(LATEST).build());
        index.podDeleted("uid-third");
        index.podChanged(moved.build());
      }
      default -> {}
    }
    index.podDeleted("uid-new");
    assertThat(agent("node-1")).isEmpty();
  }

  @Test
  void twoPodsWithOneAddressAreAnsweredNeither() {
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    index.podChanged(pod("b").at("10.0.0.1").role("web").build());
    index.podChanged(pod("c").at("10.0.0.2").role("web").build());
    assertThat(agent("node-1"))
        .isEqualTo(Map.of("10.0.0.1", "several [demo/a, demo/b]", "10.0.0.2", "c web"));
    assertThat(heard).contains("ambiguous node-1 10.0.0.1 [demo/a, demo/b]");
    index.podDeleted("uid-a");
    assertThat(agent("node-1")).containsEntry("10.0.0.1", "b web");
  }

  /** kiam dereferences the missing namespace, and the server is gone. */
  @Test
  void missingNamespaceMakesThePodUnknownUntilItIsSeen() {
    index.podChanged(pod("a").namespace("late").at("10.0.0.1").role("app").build());
    assertThat(agent("node-1")).isEmpty();
    assertThat(index.find("uid-a")).isEmpty();
    namespace("late", ".*");
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.1", "a app"));
    index.namespaceDeleted("late");
    assertThat(agent("node-1")).isEmpty();
    assertThat(index.find("uid-a")).isEmpty();
  }

  @Test
  void aChangedNamespaceChangesItsPodsAndNoOthers() {
    namespace("other", ".*");
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    index.podChanged(pod("o").namespace("other").at("10.0.0.2").role("app").build());
    agent("node-1");
    heard.clear();
    namespace("demo", ".*/web");
    assertThat(agent("node-1"))
        .isEqualTo(Map.of("10.0.0.1", "a ROLE_NOT_PERMITTED", "10.0.0.2", "o app"));
    assertThat(heard).containsExactly("a ROLE_NOT_PERMITTED");
  }

  @Test
  void aChangeThatMeansNothingToTheAgentIsNotTold() {
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    agent("node-1");
    index.podChanged(pod("a").at("10.0.0.1").role("app").deleting().build());
    namespace("demo", ".*|x");
    assertThat(subscription("node-1").poll()).isEmpty();
  }

  @Test
  void onlyTheNewestStateOfAnAddressWaitsForASlowAgent() {
    agent("node-1");
    for (int i = 0; i < 1_000; i++) {
      index.podChanged(pod("a").at("10.0.0.1").role("role-" + i).build());
    }
    assertThat(subscription("node-1").poll()).hasSize(1);
  }

  @Test
  void aClosedSubscriptionHearsNothing() {
    agent("node-1");
    subscription("node-1").close();
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    assertThat(subscription("node-1").poll()).isEmpty();
  }

  @Test
  void aPodIsFoundByUidWithWhatItMayHaveNow() {
    index.podChanged(pod("a").at("10.0.0.1").role("arn:foo").build());
    assertThat(index.find("uid-a"))
        .hasValueSatisfying(
            found -> assertThat(describe(found.entitlement())).isEqualTo("INVALID_ROLE"));
    index.podDeleted("uid-a");
    assertThat(index.find("uid-a")).isEmpty();
  }

  @Test
  void aNodeChangeMovesTheCaller() {
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    agent("node-1");
    agent("node-2");
    index.podChanged(pod("a").node("node-2").at("10.0.0.1").role("app").build());
    assertThat(agent("node-1")).isEmpty();
    assertThat(agent("node-2")).isEqualTo(Map.of("10.0.0.1", "a app"));
  }

  private static Namespace labelled(Map<String, String> labels) {
    return new Namespace("demo", "uid-demo", Map.of(NamespaceRules.PERMITTED, ".*"), labels);
  }

  private static ServiceAccount account(String role) {
    return new ServiceAccount(
        "demo", "default", Map.of(TargetSessions.ROLE_ARN, ROLES.expand(role)));
  }

  @Test
  void aChangedServiceAccountChangesItsPodsAndNoOthers() {
    index.namespaceChanged(labelled(Map.of(Mode.LABEL, "irsa")));
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    index.podChanged(pod("b").at("10.0.0.2").serviceAccount("other").role("web").build());
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.1", "a app", "10.0.0.2", "b web"));
    heard.clear();
    index.serviceAccountChanged(account("irsa"));
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.1", "a irsa", "10.0.0.2", "b web"));
    assertThat(heard).containsExactly("a irsa");
    index.serviceAccountChanged(account("irsa"));
    assertThat(subscription("node-1").poll()).as("nothing is new").isEmpty();
    index.serviceAccountDeleted("demo", "default");
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.1", "a app", "10.0.0.2", "b web"));
  }

  @Test
  void aPodIsNoCallerUntilTheAccountThatEverythingHangsOnIsSeen() {
    index.namespaceChanged(labelled(Map.of(Mode.LABEL, "irsa", Modes.FALLBACK, "false")));
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    assertThat(agent("node-1")).isEmpty();
    assertThat(index.find("uid-a")).isEmpty();
    assertThat(index.pods()).isEmpty();
    index.serviceAccountChanged(account("irsa"));
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.1", "a irsa"));
    assertThat(index.podsOf("demo")).containsExactlyElementsOf(index.pods()).hasSize(1);
  }

  @Test
  void aPodsOwnModeChangesThatPodOnly() {
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    index.podChanged(pod("b").at("10.0.0.2").role("app").build());
    index.serviceAccountChanged(account("irsa"));
    index.podChanged(
        pod("b").at("10.0.0.2").role("app").labels(Map.of(Mode.LABEL, "irsa")).build());
    assertThat(agent("node-1")).isEqualTo(Map.of("10.0.0.1", "a app", "10.0.0.2", "b irsa"));
  }

  @Test
  void aModeThatIsNoneIsToldOnceForEachValue() {
    index.podChanged(pod("a").at("10.0.0.1").build());
    heard.clear();
    index.namespaceChanged(labelled(Map.of(Mode.LABEL, "irssa")));
    index.namespaceChanged(labelled(Map.of(Mode.LABEL, "irssa", Modes.FALLBACK, "false")));
    assertThat(heard).containsExactly("unknown demo irssa");
    assertThat(index.namespaceModes().unknown()).isEqualTo(1);
    assertThat(index.podModes().unknown()).as("the label is not the pod's").isZero();
    index.podChanged(pod("a").at("10.0.0.1").labels(Map.of(Mode.LABEL, "?")).build());
    index.podChanged(pod("a").at("10.0.0.1").labels(Map.of(Mode.LABEL, "?")).deleting().build());
    assertThat(heard).containsExactly("unknown demo irssa", "unknown demo/a ?");
    assertThat(index.podModes().unknown()).isEqualTo(1);
    index.namespaceChanged(labelled(Map.of()));
    assertThat(index.namespaceModes().unknown()).isZero();
  }

  @Test
  void namespacesAndLivingPodsAreCountedByMode() {
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    index.podChanged(pod("b").at("10.0.0.2").role("app").build());
    index.podChanged(pod("ended").role("app").ended().build());
    assertThat(index.namespaceModes().in(Mode.KIAM)).isEqualTo(1);
    assertThat(index.podModes().in(Mode.KIAM)).isEqualTo(2);
    index.namespaceChanged(labelled(Map.of(Mode.LABEL, "irsa")));
    assertThat(index.namespaceModes().in(Mode.KIAM)).isZero();
    assertThat(index.namespaceModes().in(Mode.IRSA)).isEqualTo(1);
    assertThat(index.podModes().in(Mode.IRSA)).isEqualTo(2);
    assertThat(index.podModes().fallenBack()).as("no account has a role").isEqualTo(2);
    index.serviceAccountChanged(account("irsa"));
    assertThat(index.podModes().fallenBack()).isZero();
    index.podDeleted("uid-a");
    index.namespaceDeleted("demo");
    assertThat(index.podModes().in(Mode.IRSA)).isZero();
    assertThat(index.namespaceModes().in(Mode.IRSA)).isZero();
  }

  @Test
  void aModeThatChangesNothingForItsPodsIsNotTold() {
    index.podChanged(pod("a").at("10.0.0.1").role("app").build());
    agent("node-1");
    heard.clear();
    index.namespaceChanged(labelled(Map.of(Mode.LABEL, "rehearse")));
    assertThat(subscription("node-1").poll()).isEmpty();
    assertThat(heard).isEmpty();
    assertThat(index.find("uid-a").orElseThrow().mode().mode()).isEqualTo(Mode.REHEARSE);
  }
}
