package io.iambridge.sandbox.iam;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.iambridge.common.testing.FakeClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The trust policies of all golden plans do what they are for, by the rules of IAM: whom the plan
 * names gets in, nobody else does, and the old principal does until the last step.
 */
class PlannedTrustTest {
  private static final Path PLANS = Path.of("../server/src/test/resources/plans");
  private static final JsonMapper JSON = new JsonMapper();
  private static final String EKS = "pods.eks.amazonaws.com";
  private static final String CLUSTER = "arn:aws:eks:eu-west-1:123456789012:cluster/";

  /** Roles that trust the server under conditions, or not at all, before the plan too. */
  private static final Set<String> NEVER = Set.of("way-role", "way-denied");

  private record Planned(String namespace, String account, String role, boolean podIdentity) {}

  private JsonNode plan = JSON.createObjectNode();
  private final Iam iam = new Iam(new FakeClock(), new Random(1));
  private final List<Planned> subjects = new ArrayList<>();

  /** By the ARN of the role that they lead to: roles that the plan makes in between. */
  private final Map<String, String> via = new HashMap<>();

  static Stream<Path> files() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(PLANS)) {
      files =
          all.filter(file -> file.toString().endsWith(".json"))
              .filter(file -> !file.toString().endsWith(".permission.json"))
              .filter(file -> PLANS.relativize(file).getNameCount() == 4)
              .filter(file -> Set.of("trust", "retire").contains(folder(file)))
              .sorted()
              .toList();
    }
    assertThat(files).hasSizeGreaterThan(40);
    return files.stream();
  }

  /** Case, folder of a namespace, kind, file. */
  private static String part(Path file, int which) {
    return PLANS.relativize(file).getName(which).toString();
  }

  private static String folder(Path file) {
    return part(file, 2);
  }

  @ParameterizedTest
  @MethodSource("files")
  void itLetsInWhomThePlanNamesAndNobodyElse(Path file) throws IOException {
    read(PLANS.resolve(part(file, 0)));
    JsonNode entry = entry(file);
    String arn = entry.path("role").asText();
    Role role = role(arn, file);
    boolean chained = via.containsKey(arn);
    String leadsTo = entry.path("chainsTo").asText(arn);
    Set<String> names = new TreeSet<>();
    for (Planned subject : subjects) {
      boolean mine = subject.role().equals(leadsTo) && !chained;
      if (mine || !subject.podIdentity() || tagged()) {
        assertThat(getsIn(role, subject)).as(subject.toString()).isEqualTo(mine);
      }
      if (mine) {
        names.add(subject.namespace());
        strangers(subject)
            .forEach(
                stranger -> assertThat(getsIn(role, stranger)).as(stranger.toString()).isFalse());
        assertThat(getsIn(role, subject, "other", "vault.example")).isFalse();
      }
    }
    assertThat(names.isEmpty()).isEqualTo(chained);
    if (chained) {
      letsInTheRoleBetween(role, via.getOrDefault(arn, ""));
    }
    if (!file.toString().endsWith(".statement.json") && !entry.has("chainsTo")) {
      oldPrincipal(role, file);
    }
  }

  private void read(Path folder) throws IOException {
    plan = JSON.readTree(folder.resolve("plan.json").toFile());
    for (JsonNode namespace : plan.path("namespaces")) {
      boolean podIdentity = namespace.path("target").asText().equals("pod-identity");
      for (JsonNode workload : namespace.path("workloads")) {
        if (workload.has("role")) {
          subjects.add(
              new Planned(
                  namespace.path("name").asText(),
                  workload.path("serviceAccount").asText(),
                  workload.path("role").asText(),
                  podIdentity));
        }
      }
    }
    for (JsonNode between : plan.path("shared").path("roles")) {
      String arn = between.path("role").asText();
      via.put(between.path("chainsTo").asText(), arn);
      permit(arn, folder.resolve("00-shared/trust/" + between.path("file").asText()));
    }
  }

  private void permit(String arn, Path file) throws IOException {
    JsonNode policy =
        JSON.readTree(file.resolveSibling(file.getFileName() + ".permission.json").toFile());
    for (JsonNode statement : policy.path("Statement")) {
      for (JsonNode action : statement.path("Action")) {
        iam.permit(arn, action.asText(), statement.path("Resource").asText());
      }
    }
  }

  /** What plan.json says of the role of a file. */
  private JsonNode entry(Path file) {
    String folder = part(file, 1);
    String name =
        file.getFileName().toString().replaceAll("(\\.statement|\\.too-long)?\\.json$", "");
    return Stream.concat(Stream.of(plan.path("shared")), plan.path("namespaces").valueStream())
        .filter(part -> part.path("folder").asText().equals(folder))
        .flatMap(part -> part.path("roles").valueStream())
        .filter(role -> role.path("file").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Role role(String arn, Path file) throws IOException {
    return iam.putRole(arn, TrustPolicy.parse(Files.readString(file)));
  }

  private boolean tagged() {
    return plan.toString().contains("aws:RequestTag/kubernetes-service-account");
  }

  private Stream<Planned> strangers(Planned subject) {
    String elsewhere = subject.namespace() + "-x";
    Planned other =
        new Planned(subject.namespace(), "stranger", subject.role(), subject.podIdentity());
    Planned same = new Planned(elsewhere, subject.account(), "", subject.podIdentity());
    // Without tags trust is in the cluster's associations, whosoever they are.
    return subject.podIdentity() && !tagged() ? Stream.empty() : Stream.of(other, same);
  }

  private boolean getsIn(Role role, Planned subject) {
    List<String> audiences = new ArrayList<>(List.of("sts.amazonaws.com"));
    plan.path("shared")
        .path("providers")
        .forEach(provider ->
            provider.path("audiences").forEach(audience -> audiences.add(audience.asText())));
    return audiences.stream()
        .anyMatch(audience ->
            getsIn(role, subject, plan.path("cluster").path("name").asText(), audience));
  }

  private boolean getsIn(Role role, Planned subject, String cluster, String audience) {
    if (subject.podIdentity()) {
      return iam.trusts(
          role,
          EKS,
          Map.of(
              "aws:SourceAccount",
              "123456789012",
              "aws:SourceArn",
              CLUSTER + cluster,
              "aws:RequestTag/kubernetes-namespace",
              subject.namespace(),
              "aws:RequestTag/kubernetes-service-account",
              subject.account()));
    }
    String issuer = plan.path("cluster").path("issuer").asText();
    String host = issuer.substring("https://".length());
    OidcProvider provider = iam.putOidcProvider(role.arn().account(), issuer, audience);
    return iam.mayAssumeWithWebIdentity(
        role,
        provider,
        Map.of(
            host + ":aud",
            audience,
            host + ":sub",
            "system:serviceaccount:" + subject.namespace() + ":" + subject.account()));
  }

  private void letsInTheRoleBetween(Role role, String between) {
    assertThat(iam.mayAssume(session(between), role, Map.of())).isTrue();
    boolean podIdentity = subjects.stream().allMatch(Planned::podIdentity);
    assertThat(iam.mayTagSession(session(between), role, Map.of())).isEqualTo(podIdentity);
    String other = between + "-x";
    iam.permitAssumeRole(other, "*");
    assertThat(iam.mayAssume(session(other), role, Map.of())).isFalse();
  }

  private Principal session(String arn) {
    return new Principal.AssumedRole(iam.putRole(arn, TrustPolicy.trusting("123456789012")), "s");
  }

  /** The server's, with all that today's conditions ask for. */
  private void oldPrincipal(Role role, Path file) throws IOException {
    Principal server = session(plan.path("serverPrincipals").get(0).asText());
    Map<String, String> context = Map.of("sts:ExternalId", "do-not-show-me");
    boolean today = folder(file).equals("trust") && !NEVER.contains(role.arn().name());
    assertThat(iam.mayAssume(server, role, context)).isEqualTo(today);
  }
}
