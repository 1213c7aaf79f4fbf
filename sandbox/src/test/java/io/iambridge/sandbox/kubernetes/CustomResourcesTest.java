package io.iambridge.sandbox.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.iambridge.common.testing.FakeClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CustomResourcesTest {
  private static final String MIGRATIONS = "iambridge.io/v1alpha1";
  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata:
        name: migrations.iambridge.io
      spec:
        group: iambridge.io
        names: {kind: Migration, plural: migrations, singular: migration, shortNames: [mig]}
        scope: Namespaced
        versions:
        - name: v1alpha1
          served: true
          storage: true
          subresources: {status: {}}
          additionalPrinterColumns:
          - {name: Mode, type: string, jsonPath: .status.mode}
          - {name: Callers, type: integer, jsonPath: .status.callers}
          - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
          - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
      """;

  private final FakeClock clock = new FakeClock();
  private final EmbeddedKubernetes kubernetes;
  private final KubernetesClient client;

  CustomResourcesTest() throws IOException {
    kubernetes = EmbeddedKubernetes.start(/* port= */ 0, clock, new Random(4));
    client = kubernetes.newClient();
  }

  @AfterEach
  void stop() {
    client.close();
    kubernetes.close();
  }

  @Test
  void statusIsChangedAtItsOwnPathOnly() {
    GenericKubernetesResource created = all().resource(migration("irsa")).create();
    assertThat(created.getAdditionalProperties()).doesNotContainKey("status");

    GenericKubernetesResource told = all().resource(withMode(created, "irsa")).updateStatus();
    assertThat(mode(told)).isEqualTo("irsa");

    GenericKubernetesResource labelled = withMode(told, "kiam");
    labelled.getMetadata().setLabels(Map.of("x", "y"));
    GenericKubernetesResource replaced = all().resource(labelled).update();
    assertThat(mode(replaced)).isEqualTo("irsa");
    assertThat(replaced.getMetadata().getLabels()).containsEntry("x", "y");

    GenericKubernetesResource patched =
        one().patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\": {\"mode\": \"kiam\"}}");
    assertThat(mode(patched)).isEqualTo("irsa");
    GenericKubernetesResource patchedStatus =
        one()
            .subresource("status")
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\": {\"labels\": {\"x\": \"z\"}}, \"status\": {\"mode\": \"kiam\"}}");
    assertThat(mode(patchedStatus)).isEqualTo("kiam");
    assertThat(patchedStatus.getMetadata().getLabels()).containsEntry("x", "y");
  }

  @Test
  void whoWritesFromAnOldStateIsRefused() {
    GenericKubernetesResource created = all().resource(migration("irsa")).create();
    all().resource(withMode(created, "irsa")).updateStatus();
    String version = created.getMetadata().getResourceVersion();

    assertCode(409, () -> all().resource(withMode(created, "kiam")).updateStatus());
    assertCode(
        409,
        () ->
            one()
                .subresource("status")
                .patch(
                    PatchContext.of(PatchType.JSON_MERGE),
                    "{\"metadata\": {\"resourceVersion\": \"%s\"}, \"status\": {\"mode\": \"x\"}}"
                        .formatted(version)));
    assertThat(mode(one().get())).isEqualTo("irsa");
  }

  @Test
  void strategicMergeIsForBuiltInKindsOnly() {
    all().resource(migration("irsa")).create();

    assertCode(415, () -> one().patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{}"));
    GenericKubernetesResource patched =
        one()
            .subresource("status")
            .patch(
                PatchContext.of(PatchType.JSON),
                "[{\"op\": \"add\", \"path\": \"/status\", \"value\": {\"mode\": \"irsa\"}}]");
    assertThat(mode(patched)).isEqualTo("irsa");
  }

  @Test
  void informersSeeThemInAllNamespaces() {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (var informer =
        operation()
            .inAnyNamespace()
            .inform(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(GenericKubernetesResource added) {
                    seen.add("added " + mode(added));
                  }

                  @Override
                  public void onUpdate(
                      GenericKubernetesResource before, GenericKubernetesResource after) {
                    seen.add("now " + mode(after));
                  }

                  @Override
                  public void onDelete(GenericKubernetesResource gone, boolean unknown) {
                    seen.add("gone");
                  }
                })) {
      assertThat(informer.isRunning()).isTrue();
      GenericKubernetesResource created = all().resource(migration("irsa")).create();
      all().resource(withMode(created, "irsa")).updateStatus();
      one().delete();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(seen).containsExactly("added ", "now irsa", "gone"));
    }
  }

  @Test
  void discoveryNamesThem() throws Exception {
    assertThat(get("/apis", "application/json").toString()).containsOnlyOnce("\"apps\"");
    String resources = get("/apis/iambridge.io/v1alpha1", "application/json").toString();
    assertThat(resources).contains("\"mig\"", "\"migrations/status\"", "\"evidences\"");
  }

  @Test
  void aDefinitionSaysWhatIsPrinted() throws Exception {
    all().resource(migration("irsa")).create();
    var definition =
        client
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .load(new ByteArrayInputStream(DEFINITION.getBytes(StandardCharsets.UTF_8)))
            .create();
    assertThat(definition.getStatus().getConditions().getFirst().getType())
        .isEqualTo("Established");
    one()
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            """
            {"status": {"mode": "irsa", "callers": 3,
              "conditions": [{"type": "Other", "status": "False"}, {"type": "Ready", "status": "True"}]}}
            """);
    clock.advance(Duration.ofMinutes(5));

    JsonNode table =
        get(
            "/apis/iambridge.io/v1alpha1/migrations",
            "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");

    assertThat(table.path("columnDefinitions").findValuesAsText("name"))
        .containsExactly("Name", "Mode", "Callers", "Ready", "Age");
    assertThat(table.at("/rows/0/cells").toString())
        .isEqualTo("[\"iambridge\",\"irsa\",3,\"True\",\"5m\"]");
  }

  @Test
  void definitionsInFilesAddKinds(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("README.md"), "no definition");
    Files.writeString(directory.resolve("migrations.yaml"), DEFINITION);
    Files.writeString(
        directory.resolve("marvels.yaml"),
        DEFINITION
            .replace("Migration", "Marvel")
            .replace("migration", "marvel")
            .replace("iambridge.io", "example.org"));
    kubernetes.define(directory);
    kubernetes.define(directory);
    GenericKubernetesResource marvel =
        new GenericKubernetesResourceBuilder()
            .withApiVersion("example.org/v1alpha1")
            .withKind("Marvel")
            .withNewMetadata()
            .withName("m")
            .withNamespace("default")
            .endMetadata()
            .build();
    assertThat(client.resource(marvel).create().getMetadata().getUid()).isNotEmpty();
  }

  private static GenericKubernetesResource migration(String mode) {
    return withMode(
        new GenericKubernetesResourceBuilder()
            .withApiVersion(MIGRATIONS)
            .withKind("Migration")
            .withNewMetadata()
            .withName("iambridge")
            .endMetadata()
            .build(),
        mode);
  }

  private static GenericKubernetesResource withMode(GenericKubernetesResource of, String mode) {
    GenericKubernetesResource copy = new GenericKubernetesResourceBuilder(of).build();
    copy.setAdditionalProperty("status", Map.of("mode", mode));
    return copy;
  }

  private static String mode(GenericKubernetesResource of) {
    Object mode = of.get("status", "mode");
    return mode == null ? "" : mode.toString();
  }

  private MixedOperation<GenericKubernetesResource, ?, Resource<GenericKubernetesResource>>
      operation() {
    return client.genericKubernetesResources(MIGRATIONS, "Migration");
  }

  private NonNamespaceOperation<GenericKubernetesResource, ?, Resource<GenericKubernetesResource>>
      all() {
    return operation().inNamespace("default");
  }

  private Resource<GenericKubernetesResource> one() {
    return all().withName("iambridge");
  }

  private JsonNode get(String path, String accept) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(kubernetes.url() + path))
              .header("Accept", accept)
              .build();
      return new JsonMapper().readTree(http.send(request, BodyHandlers.ofString()).body());
    }
  }

  private static void assertCode(int code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(code));
  }
}
