package io.iambridge.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.iambridge.common.cli.Program;
import io.iambridge.server.cli.PlanCommand;
import io.iambridge.server.crd.Evidence;
import io.iambridge.server.evidence.Calls;
import io.iambridge.server.evidence.EvidenceStatus;
import io.iambridge.server.evidence.WorkloadEvidence;
import io.iambridge.server.testing.IamStub;
import io.iambridge.server.testing.StsStub;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/** The command from its flags to its files, with stand-ins for Kubernetes, STS and IAM. */
@EnableKubernetesMockClient(crud = true, https = false)
class PlanReaderTest {
  private static final String ISSUER = "https://oidc.eks.eu-west-1.amazonaws.com/id/ABC";
  private static final String SERVER = "arn:aws:iam::123456789012:role/kiam-server";
  private static final String WEB = "arn:aws:iam::123456789012:role/web";
  private static final String TRUST =
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"A b+c\",\"Effect\":\"Allow\","
          + "\"Principal\":{\"AWS\":\""
          + SERVER
          + "\"},\"Action\":\"sts:AssumeRole\"}]}";

  @SuppressWarnings("NullAway") // the extension sets it before each test
  private KubernetesClient client = null;

  @TempDir Path temp;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private StsStub sts;
  private IamStub iam;

  @BeforeEach
  void cluster() throws IOException {
    sts = new StsStub();
    iam = new IamStub();
    iam.role(WEB, TRUST);
    iam.provider("arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC");
    create(
        new NamespaceBuilder()
            .withNewMetadata()
            .withName("apps")
            .addToAnnotations("iam.amazonaws.com/permitted", ".*")
            .endMetadata()
            .build());
    create(new NamespaceBuilder().withNewMetadata().withName("idle").endMetadata().build());
    for (String name : List.of("default", "app")) {
      create(
          new ServiceAccountBuilder()
              .withNewMetadata()
              .withNamespace("apps")
              .withName(name)
              .endMetadata()
              .addNewImagePullSecret("registry")
              .build());
    }
    create(
        new RoleBindingBuilder()
            .withNewMetadata()
            .withNamespace("apps")
            .withName("read")
            .endMetadata()
            .withNewRoleRef("rbac.authorization.k8s.io", "Role", "reader")
            .addNewSubject()
            .withKind("ServiceAccount")
            .withName("app")
            .endSubject()
            .build());
    create(
        new DeploymentBuilder()
            .withNewMetadata()
            .withNamespace("apps")
            .withName("web")
            .endMetadata()
            .withNewSpec()
            .withTemplate(template("app", "web"))
            .endSpec()
            .build());
    create(
        new CronJobBuilder()
            .withNewMetadata()
            .withNamespace("apps")
            .withName("nightly")
            .endMetadata()
            .withNewSpec()
            .withNewJobTemplate()
            .withNewSpec()
            .withTemplate(template("app", "batch"))
            .endSpec()
            .endJobTemplate()
            .endSpec()
            .build());
    // Of an owner that nobody here knows.
    create(
        new PodBuilder()
            .withNewMetadata()
            .withNamespace("apps")
            .withName("rollout-1")
            .withCreationTimestamp("2026-11-01T00:00:00Z")
            .addToAnnotations("iam.amazonaws.com/role", "web")
            .withOwnerReferences(
                new OwnerReferenceBuilder()
                    .withKind("Rollout")
                    .withName("canary")
                    .withController(true)
                    .build())
            .endMetadata()
            .withNewSpec()
            .withServiceAccountName("default")
            .endSpec()
            .build());
    Evidence evidence = new Evidence();
    evidence.getMetadata().setNamespace("apps");
    evidence.getMetadata().setName(Evidence.NAME);
    evidence.setStatus(
        new EvidenceStatus(
            List.of(
                new WorkloadEvidence(
                    "Deployment",
                    "web",
                    "app",
                    List.of(
                        new Calls(
                            WEB,
                            "kiam",
                            "assume-role",
                            /* fallback= */ false,
                            "imds-v1",
                            "served",
                            "Boto3",
                            "1.9.0",
                            List.of(),
                            "2026-11-22T10:00:00Z",
                            Map.of("2026-11-22", 1L))))),
            List.of()));
    create(evidence);
  }

  @AfterEach
  void stop() {
    sts.close();
    iam.close();
  }

  @Test
  void whatTheClusterAndIamSayIsInThePlan() throws IOException {
    assertThat(plan("--server-principal", SERVER)).isEqualTo(3);
    JsonNode plan = json();
    assertThat(names(plan.get("namespaces"))).containsExactly("apps");
    JsonNode apps = plan.get("namespaces").get(0);
    assertThat(names(apps.get("workloads"))).containsExactly("nightly", "web", "canary");
    assertThat(names(apps.get("serviceAccounts"))).containsExactly("canary", "nightly", "web");
    assertThat(reasons(apps)).contains("sdk-too-old", "no-such-role", "template-fixed");
    assertThat(plan.get("gaps")).isEmpty();
    JsonNode web = apps.get("roles").get(1);
    assertThat(web.get("role").asText()).isEqualTo(WEB);
    assertThat(web.at("/policyBefore/Statement/0/Sid").asText()).isEqualTo("A b+c");
    assertThat(plan.at("/shared/providers/0/present").asText()).isEqualTo("yes");
    assertThat(plan.at("/shared/providers/0/missingAudiences/0").asText())
        .isEqualTo("sts.amazonaws.com");
    assertThat(Files.readString(temp.resolve("plan/01-apps/service-accounts.yaml")))
        .contains("read-web", "name: registry");
    assertThat(out.toString()).contains("NAMESPACE").contains("apps").contains("Begin with");
  }

  @Test
  void theServerThatMayCreateTokensIsTheOneThatIsSaid() throws IOException {
    plan("--server-service-account", "iam/bridge");
    assertThat(json().get("serverServiceAccount").asText()).isEqualTo("iam/bridge");
    String folder = json().get("namespaces").get(0).get("folder").asText();
    assertThat(Files.readString(temp.resolve("plan").resolve(folder).resolve("tokens.yaml")))
        .contains("    name: bridge\n    namespace: iam\n");
  }

  @Test
  void itReadsOnly() {
    plan();
    assertThat(iam.actions())
        .containsOnly("GetRole", "ListOpenIDConnectProviders", "GetOpenIDConnectProvider");
    assertThat(client.serviceAccounts().inNamespace("apps").list().getItems()).hasSize(2);
  }

  @Test
  void theSameAgainChangesNoFile() throws IOException {
    plan();
    String before = Files.readString(temp.resolve("plan/plan.json"));
    out.getBuffer().setLength(0);
    plan();
    assertThat(out.toString()).contains("Nothing has changed");
    assertThat(temp.resolve("plan/plan.json")).hasContent(before);
  }

  @Test
  void whatIamDoesNotLetUsReadIsForSomebodyElseToDo() throws IOException {
    iam.deny();
    plan();
    JsonNode apps = json().get("namespaces").get(0);
    assertThat(reasons(apps)).contains("trust-not-readable");
    assertThat(temp.resolve("plan/01-apps/trust/web.statement.json")).exists();
    assertThat(temp.resolve("plan/01-apps/trust/web.json")).doesNotExist();
  }

  @Test
  void iamIsReadWhateverTheClustersRegionIs() throws IOException {
    for (String region : List.of("eu-west-1", "ap-southeast-2")) {
      plan("--region", region);
      assertThat(reasons(json().get("namespaces").get(0)))
          .as(region)
          .contains("no-such-role")
          .doesNotContain("trust-not-readable");
    }
  }

  @Test
  void jsonIsTheWholePlanAndNothingElse() throws IOException {
    plan("-o", "json");
    assertThat(out.toString()).isEqualTo(Files.readString(temp.resolve("plan/plan.json")));
  }

  @Test
  void aNamespaceThatIsNotThereIsAnErrorOfOneLine() {
    assertThat(plan("-n", "nowhere")).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("plan: no such namespace: nowhere\n");
  }

  @Test
  void aNamespaceThatIsAskedForIsPlannedWhateverIsInIt() throws IOException {
    assertThat(plan("-n", "idle", "--target", "irsa")).isZero();
    assertThat(names(json().get("namespaces"))).containsExactly("idle");
  }

  @Test
  void podIdentityNeedsTheClustersName() throws IOException {
    assertThat(plan("--target", "pod-identity")).isEqualTo(1);
    assertThat(err.toString()).contains("--cluster-name");
    plan("--target", "pod-identity", "--cluster-name", "sandbox");
    assertThat(Files.readString(temp.resolve("plan/01-apps/trust/web.json")))
        .contains("arn:aws:eks:eu-west-1:123456789012:cluster/sandbox");
  }

  @Test
  void wrongFlagsAreRefusedBeforeAnythingIsRead() {
    assertThat(plan("--target", "kiam")).isEqualTo(2);
    assertThat(err.toString()).contains("'kiam' is none of irsa, pod-identity");
    assertThat(plan("--trust-policy-quota", "0")).isEqualTo(2);
    assertThat(plan("--cross-account", "magic")).isEqualTo(2);
    assertThat(plan("--server-service-account", "iambridge-server")).isEqualTo(2);
    assertThat(err.toString())
        .contains("'iambridge-server' is not NAMESPACE/NAME of a service account");
    assertThat(iam.actions()).isEmpty();
  }

  private int plan(String... flags) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--out", temp.resolve("plan").toString(),
                "--oidc-issuer", ISSUER,
                "--iam-endpoint", iam.endpoint().toString(),
                "--sts-endpoint", sts.endpoint().toString()));
    all.addAll(List.of(flags));
    PlanReader reader =
        new PlanReader(
            kubeconfig ->
                new KubernetesClientBuilder().withConfig(client.getConfiguration()).build(),
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
            () -> Region.EU_WEST_1);
    return new Program(new PlanCommand(reader), "")
        .output(new PrintWriter(out, true), new PrintWriter(err, true))
        .run(all.toArray(String[]::new));
  }

  private void create(HasMetadata object) {
    client.resource(object).create();
  }

  private JsonNode json() throws IOException {
    return new JsonMapper().readTree(temp.resolve("plan/plan.json").toFile());
  }

  private static List<String> names(JsonNode array) {
    return texts(array, "name");
  }

  private static List<String> reasons(JsonNode namespace) {
    return texts(namespace.get("blocks"), "reason");
  }

  private static List<String> texts(JsonNode array, String field) {
    return StreamSupport.stream(array.spliterator(), /* parallel= */ false)
        .map(one -> one.get(field).asText())
        .toList();
  }

  private static PodTemplateSpec template(String account, String role) {
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .addToAnnotations("iam.amazonaws.com/role", role)
        .endMetadata()
        .withNewSpec()
        .withServiceAccountName(account)
        .endSpec()
        .build();
  }
}
