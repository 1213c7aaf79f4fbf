package io.iambridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.iambridge.agent.Agent;
import io.iambridge.sandbox.demo.Gets;
import io.iambridge.sandbox.eksagent.EksAgentEmulator;
import io.iambridge.sandbox.iam.TrustPolicy;
import io.iambridge.sandbox.kubernetes.DemoKubelet;
import io.iambridge.sandbox.pods.PodAnswer;
import io.iambridge.sandbox.pods.PodClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One pod through the modes, with everything between it and AWS. */
final class MigrationModesTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PACE = Duration.ofMillis(20);
  private static final String ADDRESS = "127.0.0.61";
  private static final String OTHER_ADDRESS = "127.0.0.62";
  private static final String MODE = "iambridge.io/mode";
  private static final String FALLBACK = "iambridge.io/fallback";
  private static final String AUDIENCE = "sts.amazonaws.com";
  private static final String ROLE = "arn:aws:iam::" + Sandbox.ACCOUNT + ":role/shop/cart";
  private static final String SESSIONS = "arn:aws:sts::" + Sandbox.ACCOUNT + ":assumed-role/cart/";
  private static final String BY_KIAM = SESSIONS + "kiam-kiam";
  private static final String BY_EKS = SESSIONS + "eks-" + Sandbox.CLUSTER + "-cart-1-";

  private Sandbox sandbox;

  @BeforeEach
  void start() {
    sandbox = Sandbox.start(SandboxPorts.FREE);
    trust(server(), subject("cart"), eks());
    sandbox.eksAuth().auth().associate("shop", "cart", ROLE);
    sandbox
        .client()
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName("shop")
                .addToAnnotations("iam.amazonaws.com/permitted", ".*:role/shop/.*")
                .endMetadata()
                .build())
        .create();
    sandbox
        .client()
        .serviceAccounts()
        .inNamespace("shop")
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName("cart")
                .addToAnnotations("eks.amazonaws.com/role-arn", ROLE)
                .endMetadata()
                .build())
        .create();
    createPod("cart-1", ADDRESS);
    awaitGets(200, BY_KIAM);
  }

  private void createPod(String name, String address, EnvVar... environment) {
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
                .withServiceAccountName("cart")
                .addNewContainer()
                .withName("app")
                .withImage("example.com/app")
                .withEnv(environment)
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  /** Whatever a mode gives or denies, it is never the node's. */
  @AfterEach
  void noRequestForTheNodesCredentialsWasMade() {
    try {
      assertThat(sandbox.imds().credentialRequests()).isEmpty();
    } finally {
      sandbox.close();
    }
  }

  private void trust(String... statements) {
    sandbox
        .iam()
        .putRole(
            ROLE,
            TrustPolicy.parse(
                "{\"Version\": \"2012-10-17\", \"Statement\": ["
                    + String.join(",", statements)
                    + "]}"));
  }

  private static String server() {
    return """
    {"Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "sts:AssumeRole"}
    """
        .formatted(Sandbox.SERVER_PRINCIPAL);
  }

  private static String eks() {
    return """
    {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
     "Action": ["sts:AssumeRole", "sts:TagSession"]}
    """;
  }

  private String subject(String account) {
    String provider = sandbox.issuer().substring("https://".length());
    return """
    {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::%s:oidc-provider/%s"},
     "Action": "sts:AssumeRoleWithWebIdentity",
     "Condition": {"StringEquals": {"%s:aud": "%s", "%s:sub": "system:serviceaccount:shop:%s"}}}
    """
        .formatted(Sandbox.ACCOUNT, provider, provider, AUDIENCE, provider, account);
  }

  private void label(String key, String value) {
    sandbox
        .client()
        .namespaces()
        .withName("shop")
        .edit(namespace -> {
          Map<String, String> labels = new HashMap<>();
          Optional.ofNullable(namespace.getMetadata().getLabels()).ifPresent(labels::putAll);
          labels.put(key, value);
          return new NamespaceBuilder(namespace)
              .editMetadata()
              .withLabels(labels)
              .endMetadata()
              .build();
        });
  }

  private Gets gets() throws IOException {
    return Gets.at(sandbox, sandbox.place().address(ADDRESS));
  }

  private void awaitGets(int status, String begin) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          Gets gets = gets();
          assertThat(gets.status()).as(gets.text()).isEqualTo(status);
          assertThat(gets.text()).contains(begin);
        });
  }

  private void awaitTarget() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          Gets gets = gets();
          assertThat(gets.status()).as(gets.text()).isEqualTo(200);
          assertThat(gets.text()).startsWith(SESSIONS).isNotEqualTo(BY_KIAM);
        });
  }

  private void awaitFinding(String finding) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(audited("fell_back"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.path("finding").asText()).isEqualTo(finding)));
  }

  private List<JsonNode> audited(String what) {
    try {
      List<JsonNode> lines = new ArrayList<>();
      for (String line : Files.readAllLines(sandbox.auditLog())) {
        JsonNode json = JSON.readTree(line);
        if (json.path("audit").asText().equals(what)) {
          lines.add(json);
        }
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void podInModeIrsaGetsItsAccountsRoleByItsOwnToken() {
    label(MODE, "irsa");
    awaitTarget();
    assertThat(sandbox.sts().calls().assumeRoleWithWebIdentity(ROLE)).isEqualTo(1);
    assertThat(audited("issued").getLast().path("mechanism").asText())
        .isEqualTo("AssumeRoleWithWebIdentity");
    assertThat(audited("issued").getLast().path("serviceAccount").asText()).isEqualTo("cart");
  }

  @Test
  void podInModePodIdentityGetsItsAssociationsRoleByItsOwnToken() {
    label(MODE, "pod-identity");
    awaitGets(200, BY_EKS);
    assertThat(audited("issued").getLast().path("mechanism").asText())
        .isEqualTo("AssumeRoleForPodIdentity");
  }

  @Test
  void podThatAsksAtTheAddressOfPodIdentityIsServedAsItsModeSays() throws IOException {
    PodClient pod = sandbox.podAt(sandbox.place().address(ADDRESS));
    String token = sandbox.tokens().podIdentityToken("shop", "cart-1");
    assertThat(pod.podIdentity(token).status()).isEqualTo(200);
    label(MODE, "irsa");
    awaitTarget();
    assertThat(holder(pod.podIdentity(token))).isEqualTo(gets().text()).isNotEqualTo(BY_KIAM);
    label(MODE, "pod-identity");
    awaitGets(200, BY_EKS);
    assertThat(holder(pod.podIdentity(token))).isEqualTo(gets().text());
    label(MODE, "retired");
    awaitGets(403, "RETIRED");
    assertThat(pod.podIdentity(token).status()).isEqualTo(403);
  }

  private String holder(PodAnswer given) throws IOException {
    String id = JSON.readTree(given.body()).path("AccessKeyId").asText();
    return sandbox.iam().accessKey(id).orElseThrow().principal().arn().toString();
  }

  @Test
  void podInModeIrsaGetsItsRoleOfAnotherAccountByWayOfItsAccountsRole() {
    String lake = "arn:aws:iam::210987654321:role/shop/cart";
    sandbox
        .iam()
        .putRole(
            lake,
            TrustPolicy.parse(
                """
                {"Version": "2012-10-17", "Statement": [{
                  "Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "sts:AssumeRole"}]}
                """
                    .formatted(ROLE)));
    sandbox.iam().permit(ROLE, "sts:AssumeRole", lake);
    sandbox
        .client()
        .serviceAccounts()
        .inNamespace("shop")
        .withName("cart")
        .edit(account ->
            new ServiceAccountBuilder(account)
                .editMetadata()
                .addToAnnotations("iambridge.io/target-role-arn", lake)
                .endMetadata()
                .build());
    label(FALLBACK, "false");
    label(MODE, "irsa");
    awaitGets(200, "arn:aws:sts::210987654321:assumed-role/cart/");
  }

  @Test
  void podWhoseAssociationHasAnotherRoleFallsBackLoudly() {
    String other = "arn:aws:iam::" + Sandbox.ACCOUNT + ":role/shop/other";
    sandbox
        .iam()
        .putRole(
            other,
            TrustPolicy.parse("{\"Version\": \"2012-10-17\", \"Statement\": [" + eks() + "]}"));
    sandbox.eksAuth().auth().reassociate("shop", "cart", other);
    label(MODE, "pod-identity");
    awaitFinding("different-role");
    awaitGets(200, BY_KIAM);
  }

  @Test
  void podWithoutAnAssociationIsDeniedWhereThereIsNoFallback() {
    sandbox.eksAuth().auth().dissociate("shop", "cart");
    label(FALLBACK, "false");
    label(MODE, "pod-identity");
    awaitGets(503, "NO_ASSOCIATION");
  }

  @Test
  void eksAuthThatIsAwayIsUnavailableWhereThereIsNoFallback() {
    sandbox.eksAuth().goDown();
    label(FALLBACK, "false");
    label(MODE, "pod-identity");
    awaitGets(503, "EKS_AUTH_UNAVAILABLE");
  }

  @Test
  void podWhoseTrustPolicyDeniesItFallsBackLoudly() {
    trust(server(), subject("somebody-else"));
    label(MODE, "irsa");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          assertThat(gets()).isEqualTo(new Gets(200, BY_KIAM));
          assertThat(audited("fell_back")).isNotEmpty();
        });
    JsonNode line = audited("fell_back").getFirst();
    assertThat(line.path("finding").asText()).isEqualTo("trust-denies-subject");
    assertThat(line.path("message").asText())
        .contains("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(audited("issued").getLast().path("fallbackFrom").asText())
                .isEqualTo("AssumeRoleWithWebIdentity"));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(sandbox.client().v1().events().inNamespace("shop").list().getItems())
                .anySatisfy(event -> {
                  assertThat(event.getInvolvedObject().getName()).isEqualTo("cart-1");
                  assertThat(event.getMessage()).contains("trust-denies-subject");
                }));
  }

  @Test
  void withoutAFallbackTheDenialNamesTheReason() {
    trust(server(), subject("somebody-else"));
    label(FALLBACK, "false");
    label(MODE, "irsa");
    awaitGets(403, "STS_DENIED");
  }

  @Test
  void tokenThatTheServerMayNotCreateIsFallenBackFrom() {
    sandbox.kubernetes().tokenPermissions().denyIn("shop");
    label(MODE, "irsa");
    awaitFinding("token-not-permitted");
    awaitGets(200, BY_KIAM);
  }

  @Test
  void noTokenIsInTheAuditLogOrInWhatAPodIsTold() throws IOException {
    trust(server(), subject("somebody-else"));
    label(MODE, "irsa");
    awaitFinding("trust-denies-subject");
    label(FALLBACK, "false");
    awaitGets(403, "STS_DENIED");
    // What every JWT begins with.
    assertThat(gets().text()).doesNotContain("eyJ");
    assertThat(Files.readString(sandbox.auditLog())).doesNotContain("eyJ");
  }

  @Test
  void retiredPodWithPodIdentitysEnvironmentIsHandedOverToTheEksAgent() throws IOException {
    createPod(
        "cart-2",
        OTHER_ADDRESS,
        new EnvVarBuilder()
            .withName("AWS_CONTAINER_CREDENTIALS_FULL_URI")
            .withValue("http://169.254.170.23/v1/credentials")
            .build());
    String token = sandbox.tokens().podIdentityToken("shop", "cart-2");
    try (EksAgentEmulator eks =
        EksAgentEmulator.start(
            sandbox.eksAuth().auth(), List.of(EksAgentEmulator.loopback(0)), new SecureRandom())) {
      Agent agent =
          sandbox.startAgent(
              "--port=0",
              "--admin-address=127.0.0.1:0",
              "--pod-identity=forward",
              "--pod-identity-agent=127.0.0.1:" + eks.addresses().getFirst().getPort());
      PodClient pod =
          new PodClient(
              InetAddress.ofLiteral(OTHER_ADDRESS),
              new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), agent.port()));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(Gets.byToken(sandbox, pod, token)).isEqualTo(new Gets(200, BY_KIAM)));
      assertThat(eks.requests()).isEmpty();

      label(MODE, "retired");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            Gets gets = Gets.byToken(sandbox, pod, token);
            assertThat(gets.text()).startsWith(SESSIONS + "eks-" + Sandbox.CLUSTER + "-cart-2-");
            assertThat(gets.status()).isEqualTo(200);
          });
      assertThat(eks.requests()).isNotEmpty();
      // What it would get of us, it does not, neither there nor at the metadata address.
      assertThat(pod.credentials("cart", Optional.empty()).status()).isEqualTo(403);
      PodClient unforwarded = sandbox.podAt(sandbox.place().address(OTHER_ADDRESS));
      Gets refused = Gets.byToken(sandbox, unforwarded, token);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.text()).contains("(AccessDeniedException): RETIRED");
    }
  }

  @Test
  void switchingBackAndForthUnderTrafficFailsNoRequest() {
    AtomicInteger asked = new AtomicInteger();
    List<String> failures = new CopyOnWriteArrayList<>();
    PodClient pod = sandbox.podAt(sandbox.place().address(ADDRESS));
    try (ScheduledExecutorService traffic = Executors.newSingleThreadScheduledExecutor()) {
      var _ =
          traffic.scheduleWithFixedDelay(
              () -> ask(pod, asked, failures), 0, PACE.toMillis(), TimeUnit.MILLISECONDS);
      for (int turn = 0; turn < 3; turn++) {
        label(MODE, "irsa");
        awaitTarget();
        label(MODE, "pod-identity");
        awaitGets(200, BY_EKS);
        label(MODE, "kiam");
        awaitGets(200, BY_KIAM);
      }
      traffic.shutdownNow();
    }
    assertThat(asked.get()).isGreaterThan(10);
    assertThat(failures).isEmpty();
  }

  private static void ask(PodClient pod, AtomicInteger asked, List<String> failures) {
    try {
      PodAnswer answer = pod.credentials("cart", Optional.empty());
      asked.incrementAndGet();
      if (answer.status() != 200) {
        failures.add(answer.status() + " " + answer.body());
      }
    } catch (IOException e) {
      failures.add(e.toString());
    }
  }
}
