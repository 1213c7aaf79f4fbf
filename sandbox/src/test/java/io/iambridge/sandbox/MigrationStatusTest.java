package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.kubernetes.DemoKubelet;
import io.iambridge.server.Server;
import io.iambridge.server.ServerConfig;
import io.iambridge.server.ServerMain;
import io.iambridge.server.Surroundings;
import io.iambridge.server.crd.Migration;
import io.iambridge.server.evidence.Calls;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.evidence.WorkloadEvidence;
import io.iambridge.server.kubernetes.EvidenceObjects;
import io.iambridge.server.migration.MigrationStatus;
import io.iambridge.server.migration.RehearsalLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Rehearsals and statuses over a real API, with replicas that come and go. */
final class MigrationStatusTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final String MODE = "iambridge.io/mode";
  private static final String ROLE = "arn:aws:iam::" + Sandbox.ACCOUNT + ":role/shop/cart";

  private final Deque<Server> servers = new ArrayDeque<>();
  private Sandbox sandbox;

  @BeforeEach
  void start() {
    sandbox = Sandbox.startWithoutAgent(Place.LOOPBACK, SandboxPorts.FREE);
    sandbox.server().close();
    trust("[]");
    sandbox
        .client()
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName("shop")
                .addToAnnotations("iam.amazonaws.com/permitted", ".*:role/shop/.*")
                .addToLabels(MODE, "rehearse")
                .endMetadata()
                .build())
        .create();
    account("cart", Map.of("eks.amazonaws.com/role-arn", ROLE));
    account("till", Map.of());
    pod("cart-1", "cart", "127.0.0.61");
    pod("till-1", "till", "127.0.0.62");
  }

  @AfterEach
  void stop() {
    servers.forEach(Server::close);
    sandbox.close();
  }

  private void account(String name, Map<String, String> annotations) {
    sandbox
        .client()
        .serviceAccounts()
        .inNamespace("shop")
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName(name)
                .withAnnotations(annotations)
                .endMetadata()
                .build())
        .create();
  }

  private void pod(String name, String account, String address) {
    sandbox
        .client()
        .pods()
        .inNamespace("shop")
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .addToAnnotations("iam.amazonaws.com/role", "shop/cart")
                .addToAnnotations(DemoKubelet.ADDRESS_ANNOTATION, sandbox.place().address(address))
                .endMetadata()
                .withNewSpec()
                .withServiceAccountName(account)
                .addNewContainer()
                .withName("app")
                .withImage("example.com/app")
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  /** Beside the server's own. */
  private void trust(String statement) {
    String server =
        "{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"%s\"}, \"Action\": \"sts:AssumeRole\"}"
            .formatted(Sandbox.SERVER_PRINCIPAL);
    sandbox
        .iam()
        .putRole(
            ROLE,
            TrustPolicy.parse(
                "{\"Version\": \"2012-10-17\", \"Statement\": [%s]}"
                    .formatted(statement.equals("[]") ? server : server + "," + statement)));
  }

  private Server server() {
    List<String> flags = new ArrayList<>(sandbox.serverFlags());
    flags.removeIf(flag -> flag.matches("--(bind|admin-address|audit-log)=.*"));
    flags.addAll(
        List.of(
            "--bind=127.0.0.1:0",
            "--admin-address=127.0.0.1:0",
            "--audit-log=off",
            "--rehearsal-interval=1s",
            "--rehearsal-rate=20"));
    var key = sandbox.iam().createAccessKey(Sandbox.SERVER_PRINCIPAL);
    Server server =
        Server.start(
            ServerConfig.parse(flags.toArray(String[]::new)),
            Surroundings.of(InstantSource.system(), new Random())
                .withAwsCredentials(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(key.id(), key.secret()))));
    servers.push(server);
    return server;
  }

  private Optional<MigrationStatus> status() {
    return Optional.ofNullable(
            sandbox
                .client()
                .resources(Migration.class)
                .inNamespace("shop")
                .withName(Migration.NAME)
                .get())
        .map(Migration::getStatus);
  }

  private void awaitStatus(Consumer<MigrationStatus> is) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(status()).hasValueSatisfying(is));
  }

  private String holder() {
    return sandbox.client().resources(Lease.class).inAnyNamespace().list().getItems().stream()
        .map(lease -> String.valueOf(lease.getSpec().getHolderIdentity()))
        .findFirst()
        .orElse("");
  }

  private static RehearsalLine of(MigrationStatus status, String account) {
    return status.rehearsals().stream()
        .filter(line -> line.serviceAccount().equals(account))
        .findFirst()
        .orElseThrow(() -> new AssertionError(account + " is not in it yet"));
  }

  private static String statementIn(String remedy) {
    return remedy.lines().filter(line -> line.startsWith("{")).findFirst().orElseThrow();
  }

  private void mode(String mode) {
    sandbox
        .client()
        .namespaces()
        .withName("shop")
        .edit(namespace ->
            new NamespaceBuilder(namespace)
                .editMetadata()
                .addToLabels(MODE, mode)
                .endMetadata()
                .build());
  }

  @Test
  void whatTheStatusSaysToChangeMakesItReady() {
    sandbox.iam().permit(Sandbox.SERVER_PRINCIPAL, "iam:GetRole", ROLE);
    server();
    awaitStatus(status -> {
      assertThat(status.ready()).isEqualTo("0/2");
      assertThat(of(status, "cart").finding()).isEqualTo("trust-denies-subject");
      assertThat(of(status, "cart").remedy()).contains("lets nobody in");
      assertThat(of(status, "till").finding()).isEqualTo("no-role-on-service-account");
    });

    trust(statementIn(of(status().orElseThrow(), "cart").remedy()));
    awaitStatus(status -> assertThat(status.ready()).isEqualTo("1/2"));

    sandbox.client().pods().inNamespace("shop").withName("till-1").delete();
    awaitStatus(status -> {
      assertThat(status.ready()).isEqualTo("1/1");
      assertThat(status.next()).isEqualTo("switch to irsa");
      assertThat(status.command())
          .isEqualTo("kubectl label namespace shop iambridge.io/mode=irsa --overwrite");
    });
  }

  @Test
  void oneReplicaWritesAndWhenItStopsTheOtherGoesOn() {
    Server first = server();
    awaitStatus(status -> assertThat(status.mode()).isEqualTo("rehearse"));
    String leader = holder();
    Server second = server();

    first.close();
    mode("kiam");
    awaitStatus(status -> assertThat(status.next()).isEqualTo("rehearse"));

    assertThat(holder()).isNotEqualTo(leader).isNotEmpty();
    assertThat(second.port()).isPositive();
  }

  @Test
  void aNamespaceThatHasNothingAnyMoreHasNoObject() {
    server();
    awaitStatus(status -> assertThat(status.workloads()).isEqualTo(2));

    sandbox.client().pods().inNamespace("shop").delete();
    sandbox
        .client()
        .namespaces()
        .withName("shop")
        .edit(namespace ->
            new NamespaceBuilder(namespace)
                .editMetadata()
                .removeFromLabels(MODE)
                .endMetadata()
                .build());
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(status()).isEmpty());
  }

  @Test
  void statusIsATableForPeopleAndJsonForPrograms() throws IOException {
    server();
    awaitStatus(status -> assertThat(of(status, "cart").finding()).isNotEqualTo("not-tried"));

    Ran table = run("status", "--kubeconfig=" + sandbox.kubeconfig());
    assertThat(table.status()).isEqualTo(3);
    assertThat(table.out())
        .startsWith("NAMESPACE  MODE      TARGET  WORKLOADS  CALLERS  READY")
        .contains("no-role-on-service-account")
        .endsWith("kubectl describe migration iambridge -n shop\n");

    Ran json = run("status", "-n=shop", "-o=json", "--kubeconfig=" + sandbox.kubeconfig());
    assertThat(JSON.readTree(json.out()).path("shop").path("mode").asText()).isEqualTo("rehearse");

    Ran other = run("status", "-n", "else", "--kubeconfig=" + sandbox.kubeconfig());
    assertThat(other.status()).isEqualTo(3);
    assertThat(other.err()).contains("else: no status");
    assertThat(run("status", "--output=yaml").status()).isEqualTo(2);
  }

  @Test
  void rehearseTriesWithoutAnyServer() throws IOException {
    var key = sandbox.iam().createAccessKey(Sandbox.SERVER_PRINCIPAL);
    System.setProperty("aws.accessKeyId", key.id());
    System.setProperty("aws.secretAccessKey", key.secret());
    try {
      mode("kiam");
      Ran ran = rehearse("-o=json");
      assertThat(ran.status()).isEqualTo(3);
      JsonNode results = JSON.readTree(ran.out());
      assertThat(results.path(0).path("finding").asText()).isEqualTo("trust-denies-subject");

      trust(statementIn(results.path(0).path("remedy").asText()));
      sandbox.client().pods().inNamespace("shop").withName("till-1").delete();
      Ran again = rehearse("--target=irsa");
      assertThat(again.out()).endsWith("irsa    ready\n");
      assertThat(again.status()).isZero();
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
  }

  @Test
  void rehearseTriesWhomEvidenceKnowsAndTellsWhenThereIsNobody() throws Exception {
    var key = sandbox.iam().createAccessKey(Sandbox.SERVER_PRINCIPAL);
    System.setProperty("aws.accessKeyId", key.id());
    System.setProperty("aws.secretAccessKey", key.secret());
    try {
      sandbox.client().pods().inNamespace("shop").delete();
      Ran nothing = rehearse("--default-mode=irsa");
      assertThat(nothing.status()).isEqualTo(3);
      assertThat(nothing.out()).isEmpty();
      assertThat(nothing.err()).contains("shop: nothing to try: no pod has a role there");

      var _ = new EvidenceObjects(sandbox.client()).write("shop", report(), "");
      Ran known = rehearse("-o=json");
      assertThat(known.err()).doesNotContain("shop");
      JsonNode result = JSON.readTree(known.out()).path(0);
      assertThat(result.path("serviceAccount").asText()).isEqualTo("cart");
      assertThat(result.path("finding").asText()).isEqualTo("not-tried");
      assertThat(result.path("words").asText()).contains("no pod of CronJob/report lives");
      assertThat(known.status()).isEqualTo(3);

      Ran status = run("status", "--kubeconfig=" + sandbox.kubeconfig());
      assertThat(status.status()).isEqualTo(3);
      assertThat(status.err()).contains("no namespace has a status: ");
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
  }

  /** Of a CronJob that has no pod just now. */
  private static EvidenceStatus report() {
    Calls calls =
        new Calls(
            ROLE,
            "kiam",
            "assume-role",
            /* fallback= */ false,
            "imds-v2",
            "served",
            "",
            "",
            List.of(),
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            Map.of());
    return new EvidenceStatus(
        List.of(new WorkloadEvidence("CronJob", "report", "cart", List.of(calls))), List.of());
  }

  private Ran rehearse(String flag) {
    return run(
        "rehearse",
        "-n=shop",
        flag,
        "--kubeconfig=" + sandbox.kubeconfig(),
        "--role-base-arn=arn:aws:iam::" + Sandbox.ACCOUNT + ":role/",
        "--region=" + Sandbox.REGION,
        "--sts-endpoint=" + sandbox.sts().endpoint(),
        "--iam-endpoint=" + sandbox.iamApi().endpoint());
  }

  private record Ran(int status, String out, String err) {}

  private static Ran run(String... flags) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("migration"));
    all.addAll(List.of(flags));
    int status =
        ServerMain.run(
            new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
    return new Ran(status, out.toString(), err.toString());
  }
}
