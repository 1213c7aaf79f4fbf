package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.iambridge.sandbox.demo.DemoCluster;
import io.iambridge.sandbox.pods.PodAnswer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What auditors find after the demo's pods have asked. */
final class AuditTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final JsonMapper JSON = new JsonMapper();

  private Sandbox sandbox;

  @BeforeEach
  void start() {
    sandbox = Sandbox.start(SandboxPorts.FREE);
    DemoCluster.create(sandbox);
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  private Stream<JsonNode> lines(String audit) {
    try {
      return Files.readAllLines(sandbox.auditLog()).stream()
          .map(AuditTest::json)
          .filter(line -> line.path("audit").asText().equals(audit));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(line, e);
    }
  }

  private PodAnswer credentials() throws IOException {
    return sandbox.podAt("127.0.0.11").credentials("cart", Optional.empty());
  }

  @Test
  void theKeyAPodHasLeadsToThePodAndToTheRequestOfSts() throws Exception {
    await().atMost(PATIENCE).until(() -> credentials().status() == 200);
    String key = json(credentials().body()).path("AccessKeyId").asText();
    List<JsonNode> issued =
        lines("issued").filter(line -> line.path("accessKeyId").asText().equals(key)).toList();
    assertThat(issued).isNotEmpty();
    assertThat(issued)
        .allSatisfy(line -> {
          assertThat(line.path("role").asText()).endsWith(":role/shop/cart");
          assertThat(line.path("node").asText()).isEqualTo(Sandbox.NODE);
          assertThat(line.path("mechanism").asText()).isEqualTo("AssumeRole");
          assertThat(line.path("stsRequestId").asText()).matches("[0-9a-f-]{36}");
        });
    // Another pod of the same session may have been the first whom it was fetched for.
    String session = issued.getFirst().path("session").asText();
    String uid =
        sandbox.client().pods().inNamespace("shop").withName("cart").get().getMetadata().getUid();
    assertThat(lines("announced").filter(line -> line.path("session").asText().equals(session)))
        .as("whom the session was announced for")
        .anySatisfy(line -> {
          assertThat(line.path("namespace").asText()).isEqualTo("shop");
          assertThat(line.path("pod").asText()).isEqualTo("cart");
          assertThat(line.path("podUid").asText()).isEqualTo(uid);
          assertThat(line.path("node").asText()).isEqualTo(Sandbox.NODE);
        });
  }

  @Test
  void denialsStandThereWithTheirReasonsOnce() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(lines("denied").map(line -> line.path("reason").asText()))
                .contains("ROLE_NOT_PERMITTED", "STS_DENIED"));
    List<String> policy =
        lines("denied")
            .filter(line -> line.path("reason").asText().equals("ROLE_NOT_PERMITTED"))
            .map(line -> line.path("namespace").asText() + "/" + line.path("pod").asText())
            .toList();
    assertThat(policy).contains("shop/curious").doesNotHaveDuplicates();
  }

  @Test
  void itHoldsNoSecret() throws Exception {
    await().atMost(PATIENCE).until(() -> credentials().status() == 200);
    JsonNode given = json(credentials().body());
    String audit = Files.readString(sandbox.auditLog());
    assertThat(audit).contains(given.path("AccessKeyId").asText());
    assertThat(audit)
        .doesNotContain(given.path("SecretAccessKey").asText(), given.path("Token").asText());
  }
}
