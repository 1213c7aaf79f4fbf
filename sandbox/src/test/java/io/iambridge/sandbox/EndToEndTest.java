package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.iambridge.agent.Agent;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.demo.DemoPod;
import io.iambridge.sandbox.demo.Gets;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole system where something is odd, broken or gone; the usual course is in CheckTest. */
final class EndToEndTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String ROLE = "iam.amazonaws.com/role";
  private static final String ADMIN = "arn:aws:iam::123456789012:role/admin";
  private static final String CART = "arn:aws:sts::123456789012:assumed-role/cart/kiam-kiam";

  private Sandbox sandbox;

  @BeforeEach
  void start() {
    sandbox = Sandbox.start(SandboxPorts.FREE);
    DemoCluster.create(sandbox);
    awaitStatus("127.0.0.11", 200);
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  private void pod(String namespace, String name, String address, String role) {
    DemoCluster.createPod(
        sandbox.client(), new DemoPod(namespace, name, address, Map.of(ROLE, role), 0, "", ""));
  }

  private Gets get(String address) throws IOException {
    return Gets.at(sandbox, address);
  }

  private void awaitStatus(String address, int status) {
    await().atMost(PATIENCE).until(() -> get(address).status() == status);
  }

  private List<Event> events(String namespace) {
    return sandbox.client().v1().events().inNamespace(namespace).list().getItems();
  }

  @Test
  void twoPodsWithOneAddressAreAnsweredNeitherAndNobodyElseNotices() throws IOException {
    pod("shop", "twin", "127.0.0.41", "shop/cart");
    awaitStatus("127.0.0.41", 200);
    pod("data", "other-twin", "127.0.0.41", "admin");
    Resource<Pod> other = sandbox.client().pods().inNamespace("data").withName("other-twin");
    await()
        .atMost(PATIENCE)
        .until(() -> other.get().getStatus() != null && other.get().getStatus().getPodIP() != null);
    // The later start would win.
    String started =
        sandbox
            .client()
            .pods()
            .inNamespace("shop")
            .withName("twin")
            .get()
            .getStatus()
            .getStartTime();
    other.editStatus(pod -> {
      pod.getStatus().setStartTime(started);
      return pod;
    });
    PodClient twins = sandbox.podAt("127.0.0.41");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          for (PodAnswer answer :
              List.of(
                  twins.roles(Optional.empty()),
                  twins.credentials("cart", Optional.empty()),
                  twins.credentials("admin", Optional.empty()))) {
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.body()).contains("several pods claim this address");
          }
        });
    assertThat(get("127.0.0.11")).isEqualTo(new Gets(200, CART));
  }

  @Test
  void callerOfAnotherNodesPodAddressGetsNothing() throws IOException {
    Agent foreign = sandbox.startAgentOn("node-2");
    PodClient stray = at("127.0.0.11", foreign);
    await()
        .atMost(PATIENCE)
        .until(() -> stray.get("/health?deep=1", Optional.empty()).status() == 200);
    assertThat(stray.token(60).status()).isEqualTo(503);
    assertThat(stray.roles(Optional.empty()).status()).isEqualTo(503);
    assertThat(stray.credentials("cart", Optional.empty()).status()).isEqualTo(503);
    assertThat(get("127.0.0.11")).isEqualTo(new Gets(200, CART));
  }

  @Test
  void nothingThatPolicyDeniesIsAskedOfSts() throws IOException {
    for (String denied : List.of("127.0.0.16", "127.0.0.17", "127.0.0.18")) {
      awaitStatus(denied, 403);
      assertThat(sandbox.podAt(denied).credentials("admin", Optional.empty()).status())
          .isEqualTo(403);
    }
    assertThat(sandbox.sts().calls().assumeRole(ADMIN)).isZero();
    assertThat(sandbox.sts().calls().assumeRole("arn:aws:iam:role/oops")).isZero();
    // The count is one of what is asked.
    pod("data", "allowed", "127.0.0.45", "admin");
    awaitStatus("127.0.0.45", 200);
    assertThat(sandbox.sts().calls().assumeRole(ADMIN)).isEqualTo(1);
  }

  @Test
  void aDeniedPodGetsAnEventThatSaysWhatToChange() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(events("shop"))
                .filteredOn(event -> event.getInvolvedObject().getName().equals("curious"))
                .singleElement()
                .satisfies(event -> {
                  assertThat(event.getType()).isEqualTo("Warning");
                  assertThat(event.getMessage())
                      .contains("iam.amazonaws.com/permitted", "role/admin");
                }));
  }

  @Test
  void aRoleThatStsDeniesGetsAnEventWithStsOwnWords() throws IOException {
    awaitStatus("127.0.0.19", 403);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(events("data"))
                .filteredOn(event -> event.getInvolvedObject().getName().equals("stranger"))
                .anySatisfy(event -> assertThat(event.getMessage()).contains("is not authorized")));
  }

  @Test
  void aNamespaceWithABrokenRuleIsToldSoAndOthersAreNot() {
    sandbox
        .client()
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName("broken")
                .addToAnnotations("iam.amazonaws.com/permitted", "a)|(.*")
                .endMetadata()
                .build())
        .create();
    pod("broken", "victim", "127.0.0.42", "admin");
    awaitStatus("127.0.0.42", 403);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(
                    sandbox.client().v1().events().inAnyNamespace().list().getItems().stream()
                        .filter(e -> e.getInvolvedObject().getKind().equals("Namespace")))
                .anySatisfy(event -> {
                  assertThat(event.getInvolvedObject().getName()).isEqualTo("broken");
                  assertThat(event.getMessage())
                      .contains("iam.amazonaws.com/permitted", "a)|(.*")
                      .doesNotContain("\n");
                }));
    awaitStatus("127.0.0.11", 200);
  }

  @Test
  void ipv6CallerIsServedAsItself() throws IOException {
    assertThat(InetAddress.ofLiteral("::1").isReachable(/* timeout= */ 1_000))
        .as("this machine has an IPv6 loopback, ::1")
        .isTrue();
    Agent six =
        sandbox.startAgent("--listen-address=::1", "--port=0", "--admin-address=127.0.0.1:0");
    pod("shop", "six", "::1", "shop/cart");
    PodClient client =
        new PodClient(
            InetAddress.ofLiteral("::1"),
            new InetSocketAddress(InetAddress.ofLiteral("::1"), six.port()));
    await().atMost(PATIENCE).until(() -> client.roles(Optional.empty()).status() == 200);
    assertThat(client.roles(Optional.empty()).body()).isEqualTo("cart");
    assertThat(client.credentials("cart", Optional.empty()).status()).isEqualTo(200);
  }

  @Test
  void whileServerAndStsAreGoneCachedCallersAreServed() throws IOException {
    sandbox.sts().goDown();
    sandbox.server().close();
    assertThat(sandbox.podAt("127.0.0.11").credentials("cart", Optional.empty()).status())
        .isEqualTo(200);
    assertThat(sandbox.podAt("127.0.0.99").roles(Optional.empty()).status()).isEqualTo(503);
  }

  @Test
  void aSessionTokenOutlivesARestartOfTheAgent() throws IOException {
    String token = sandbox.podAt("127.0.0.11").token(300).body();
    sandbox.agent().close();
    Agent next = sandbox.startAgent("--port=0", "--admin-address=127.0.0.1:0");
    PodClient client = at("127.0.0.11", next);
    await().atMost(PATIENCE).until(() -> client.roles(Optional.empty()).status() == 200);
    assertThat(client.roles(Optional.of(token)).status()).isEqualTo(200);
  }

  private static PodClient at(String address, Agent agent) {
    return new PodClient(
        InetAddress.ofLiteral(address),
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), agent.port()));
  }

  @Test
  void whenStsComesBackThePodIsServed() throws IOException {
    sandbox.sts().goDown();
    pod("data", "late", "127.0.0.43", "arn:aws:iam::123456789012:role/admin");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          PodAnswer answer = sandbox.podAt("127.0.0.43").credentials("admin", Optional.empty());
          assertThat(answer.status()).isEqualTo(503);
          assertThat(answer.header("retry-after")).hasValue("1");
        });
    sandbox.sts().comeBack();
    awaitStatus("127.0.0.43", 200);
  }

  @Test
  void whenTheKubernetesApiLosesItsWatchesChangesArriveAllTheSame() throws IOException {
    sandbox.kubernetes().goDown();
    assertThat(get("127.0.0.11")).isEqualTo(new Gets(200, CART));
    sandbox.kubernetes().comeBack();
    pod("shop", "after", "127.0.0.44", "shop/cart");
    awaitStatus("127.0.0.44", 200);
  }
}
