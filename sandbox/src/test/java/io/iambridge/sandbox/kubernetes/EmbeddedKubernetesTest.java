package io.iambridge.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedKubernetesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");

  private final EmbeddedKubernetes kubernetes;
  private final KubernetesClient client;
  private final HttpClient http = HttpClient.newHttpClient();

  EmbeddedKubernetesTest() throws IOException {
    kubernetes = EmbeddedKubernetes.start(/* port= */ 0, InstantSource.fixed(NOW), new Random(3));
    client = kubernetes.newClient();
  }

  @AfterEach
  void stop() {
    client.close();
    kubernetes.close();
    http.close();
  }

  @Test
  void createdPodKeepsItsStatusAndGetsItsMetadata() {
    Pod created = create("a", "10.0.0.1");

    assertThat(created.getStatus().getPodIP()).isEqualTo("10.0.0.1");
    assertThat(created.getStatus().getPhase()).isEqualTo("Running");
    assertThat(created.getSpec().getServiceAccountName()).isEqualTo("default");
    assertThat(created.getMetadata().getUid()).matches("[0-9a-f-]{36}");
    assertThat(created.getMetadata().getResourceVersion()).matches("[0-9]+");
    assertThat(created.getMetadata().getCreationTimestamp()).isEqualTo(NOW.toString());
    assertThat(client.pods().inNamespace("default").withName("a").get()).isEqualTo(created);
  }

  @Test
  void generatedNamesDiffer() {
    PodBuilder pod = new PodBuilder().withNewMetadata().withGenerateName("job-").endMetadata();

    Pod first = client.pods().inNamespace("default").resource(pod.build()).create();
    Pod second = client.pods().inNamespace("default").resource(pod.build()).create();

    assertThat(first.getMetadata().getName()).matches("job-[a-z0-9]{5}");
    assertThat(second.getMetadata().getName()).isNotEqualTo(first.getMetadata().getName());
  }

  @Test
  void podNeedsItsNamespace() {
    assertCode(404, () -> client.pods().inNamespace("nosuch").resource(pod("a", "::1")).create());
    assertThat(client.pods().inNamespace("nosuch").withName("a").get()).isNull();
  }

  @Test
  void namespaceComesWithItsServiceAccountAndTakesItsPodsAlong() {
    client
        .namespaces()
        .resource(new NamespaceBuilder().withNewMetadata().withName("team").endMetadata().build())
        .create();
    client.pods().inNamespace("team").resource(pod("a", "10.0.0.1")).create();
    assertThat(client.serviceAccounts().inNamespace("team").withName("default").get()).isNotNull();

    client.namespaces().withName("team").delete();

    assertThat(client.pods().inNamespace("team").withName("a").get()).isNull();
    assertThat(client.pods().inAnyNamespace().list().getItems()).isEmpty();
  }

  @Test
  void updateFromAnOldStateIsAConflict() {
    Pod created = create("a", "10.0.0.1");
    client.pods().resource(created).edit(pod -> annotated(pod, "x", "1"));

    assertCode(409, () -> client.pods().resource(annotated(created, "x", "2")).update());
    assertCode(409, () -> create("a", "10.0.0.2"));
  }

  @Test
  void statusCanBeReplacedAlone() {
    Pod created = create("a", "10.0.0.1");
    Pod changed =
        new PodBuilder(annotated(created, "x", "ignored"))
            .editStatus()
            .withPhase("Succeeded")
            .endStatus()
            .build();

    Pod stored = client.pods().resource(changed).updateStatus();

    assertThat(stored.getStatus().getPhase()).isEqualTo("Succeeded");
    assertThat(stored.getMetadata().getAnnotations()).isNullOrEmpty();
  }

  @Test
  void podWithFinalizerTerminatesFirst() {
    client
        .pods()
        .inNamespace("default")
        .resource(
            new PodBuilder(pod("a", "10.0.0.1"))
                .editMetadata()
                .addToFinalizers("test/hold")
                .endMetadata()
                .build())
        .create();

    client.pods().inNamespace("default").withName("a").delete();

    Pod terminating = client.pods().inNamespace("default").withName("a").get();
    assertThat(terminating.getMetadata().getDeletionTimestamp()).isEqualTo(NOW.toString());
    terminating.getMetadata().setFinalizers(List.of());
    client.pods().resource(terminating).update();
    assertThat(client.pods().inNamespace("default").withName("a").get()).isNull();
  }

  @Test
  void listsComeInPages() {
    for (int i = 0; i < 25; i++) {
      create("p" + i, "10.0.0." + (i + 1));
    }
    List<Pod> found = new ArrayList<>();
    String next = null;
    int pages = 0;
    do {
      PodList page =
          client
              .pods()
              .inAnyNamespace()
              .list(new ListOptionsBuilder().withLimit(10L).withContinue(next).build());
      found.addAll(page.getItems());
      next = page.getMetadata().getContinue();
      pages++;
    } while (next != null);

    assertThat(pages).isEqualTo(3);
    assertThat(found)
        .extracting(pod -> pod.getMetadata().getName())
        .doesNotHaveDuplicates()
        .hasSize(25);
  }

  @Test
  void informerSeesEverything() {
    create("before", "10.0.0.1");
    try (SharedIndexInformer<Pod> informer =
        client.pods().inAnyNamespace().withLimit(1L).runnableInformer(0)) {
      informer.run();
      assertThat(informer.getStore().list()).hasSize(1);

      Pod after = create("after", "10.0.0.2");
      await().atMost(PATIENCE).until(() -> informer.getStore().list().size() == 2);
      client.pods().resource(after).edit(pod -> annotated(pod, "x", "1"));
      await()
          .atMost(PATIENCE)
          .until(() ->
              informer.getStore().getByKey("default/after").getMetadata().getAnnotations() != null);
      client.pods().inNamespace("default").withName("before").delete();
      await().atMost(PATIENCE).until(() -> informer.getStore().list().size() == 1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void informerCatchesUpAfterAnOutage(boolean historyLost) throws IOException {
    create("gone", "10.0.0.1");
    try (SharedIndexInformer<Pod> informer = client.pods().inAnyNamespace().runnableInformer(0);
        KubernetesClient other = kubernetes.newClient()) {
      informer.run();
      assertThat(informer.getStore().list()).hasSize(1);

      kubernetes.goDown();
      assertThatIOException().isThrownBy(() -> get("/version"));
      kubernetes.comeBack();
      other.pods().inNamespace("default").withName("gone").delete();
      other.pods().inNamespace("default").resource(pod("new", "10.0.0.2")).create();
      if (historyLost) {
        kubernetes.forgetHistory();
      }
      kubernetes.dropConnections();

      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() ->
              assertThat(informer.getStore().list())
                  .extracting(pod -> pod.getMetadata().getName())
                  .containsExactly("new"));
    }
  }

  @Test
  void selectorOfAWatchDecidesWhoComesAndGoes() throws Exception {
    create("a", "10.0.0.1");
    String version = client.pods().inAnyNamespace().list().getMetadata().getResourceVersion();
    client.pods().resource(create("b", "10.0.0.2")).edit(pod -> labelled(pod, "app", "x"));
    client.pods().inNamespace("default").withName("b").edit(pod -> labelled(pod, "app", "y"));

    String events =
        get(
            "/api/v1/pods?watch=1&timeoutSeconds=1&labelSelector=app%3Dx&resourceVersion="
                + version);

    assertThat(events.lines())
        .satisfiesExactly(
            added -> assertThat(added).startsWith("{\"type\":\"ADDED\"").contains("\"b\""),
            deleted -> assertThat(deleted).startsWith("{\"type\":\"DELETED\"").contains("\"b\""));
  }

  @Test
  void watchFromAForgottenVersionIsToldToListAnew() throws Exception {
    create("a", "10.0.0.1");
    kubernetes.forgetHistory();

    assertThat(get("/api/v1/pods?watch=true&resourceVersion=1"))
        .startsWith("{\"type\":\"ERROR\"")
        .contains("\"code\":410");
  }

  @ParameterizedTest
  @CsvSource({
    "application/merge-patch+json, '{\"metadata\":{\"annotations\":{\"a\":null,\"b\":\"2\"}}}'",
    "application/strategic-merge-patch+json,"
        + " '{\"metadata\":{\"annotations\":{\"a\":null,\"b\":\"2\"}}}'",
    "application/json-patch+json, '[{\"op\":\"remove\",\"path\":\"/metadata/annotations/a\"},"
        + "{\"op\":\"add\",\"path\":\"/metadata/annotations/b\",\"value\":\"2\"}]'",
  })
  void curlCanPatch(String contentType, String patch) throws Exception {
    Pod created = client.pods().resource(annotated(create("a", "10.0.0.1"), "a", "1")).update();

    int status = send("PATCH", "/api/v1/namespaces/default/pods/a", contentType, patch);

    Pod patched = client.pods().inNamespace("default").withName("a").get();
    assertThat(status).isEqualTo(200);
    assertThat(patched.getMetadata().getAnnotations()).containsOnlyKeys("b");
    assertThat(patched.getMetadata().getUid()).isEqualTo(created.getMetadata().getUid());
    assertThat(patched.getStatus()).isEqualTo(created.getStatus());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /apis/apps/v1/podsets, '', 404",
    "GET, /nosuch, '', 404",
    "DELETE, /api/v1/namespaces/default/pods/nosuch, '', 404",
    "POST, /api/v1/namespaces/default/pods, '{', 400",
    "POST, /api/v1/namespaces/default/pods, '[]', 400",
    "POST, /api/v1/namespaces/default/pods, '{\"kind\":\"Node\"}', 400",
    "POST, /api/v1/namespaces/default/pods, '{\"metadata\":{}}', 422",
    "POST, /api/v1/namespaces/default/pods?dryRun=All, '{\"metadata\":{\"name\":\"a\"}}', 400",
    "POST, /api/v1/pods, '{\"metadata\":{\"name\":\"a\"}}', 405",
    "BREW, /api/v1/namespaces/default/pods/nosuch, '', 405",
    "GET, /api/v1/pods?limit=many, '', 400",
    "GET, /api/v1/pods?continue=broken, '', 400",
    "GET, /api/v1/pods?labelSelector=a%20in, '', 400",
  })
  void badRequestsAreAnsweredWithAStatus(String method, String path, String body, int code)
      throws Exception {
    assertThat(send(method, path, "application/json", body)).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({
    "/version, gitVersion",
    "/api, APIVersions",
    "/api/v1, APIResourceList",
    "/apis, coordination.k8s.io",
    "/apis/events.k8s.io/v1, APIResourceList",
    "/openapi/v2, iambridge sandbox",
    "/readyz, ok",
  })
  void kubectlFindsWhatItAsksFor(String path, String content) throws Exception {
    assertThat(get(path)).contains(content);
  }

  @Test
  void kubectlGetsATable() throws Exception {
    create("a", "10.0.0.1");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(kubernetes.url() + "/api/v1/pods"))
            .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
            .build();

    assertThat(http.send(request, BodyHandlers.ofString()).body())
        .contains("\"kind\":\"Table\"")
        .contains("[\"a\",\"Running\",\"0s\",\"10.0.0.1\",\"<none>\",\"<none>\"]");
  }

  @Test
  void takenPortIsAnError() {
    assertThatIOException()
        .isThrownBy(() ->
            EmbeddedKubernetes.start(kubernetes.port(), InstantSource.fixed(NOW), new Random(1)))
        .withMessageContaining(Integer.toString(kubernetes.port()));
  }

  private String get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(kubernetes.url() + path)).build();
    return http.send(request, BodyHandlers.ofString()).body();
  }

  private int send(String method, String path, String contentType, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(kubernetes.url() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", contentType)
            .build();
    return http.send(request, BodyHandlers.ofString()).statusCode();
  }

  private Pod create(String name, String address) {
    return client.pods().inNamespace("default").resource(pod(name, address)).create();
  }

  private static Pod pod(String name, String address) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewStatus()
        .withPhase("Running")
        .withPodIP(address)
        .addNewPodIP(address)
        .endStatus()
        .build();
  }

  private static Pod annotated(Pod pod, String key, String value) {
    return new PodBuilder(pod).editMetadata().addToAnnotations(key, value).endMetadata().build();
  }

  private static Pod labelled(Pod pod, String key, String value) {
    return new PodBuilder(pod).editMetadata().addToLabels(key, value).endMetadata().build();
  }

  private static void assertCode(int code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(code));
  }
}
