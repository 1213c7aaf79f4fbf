package io.iambridge.server.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.bertramlabs.plugins.hcl4j.HCLParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.iambridge.server.plan.model.Planner;
import io.iambridge.server.plan.text.PlanFiles;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Terraform's text is read back by a parser of its language, and compared with plan.json. */
class TerraformTest {
  private static final Pattern REFERENCE =
      Pattern.compile("(?m)^\\s*(?:\\w+) = ((?:data\\.)?aws_[\\w.-]+)$");
  private static final Pattern BLOCK =
      Pattern.compile("(?m)^(resource|data) \"([^\"]+)\" \"([^\"]+)\" \\{$");

  static Stream<String> cases() {
    return PlanCases.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyModuleIsLegalAndItsReferencesResolve(String name) throws Exception {
    Map<String, String> files = PlanFiles.of(Planner.plan(PlanCases.all().get(name)));
    for (Map.Entry<String, String> file : files.entrySet()) {
      if (!file.getKey().endsWith(".tf")) {
        continue;
      }
      assertThat(new HCLParser().parse(file.getValue())).as(file.getKey()).isNotEmpty();
      Set<String> there = new HashSet<>();
      Matcher block = BLOCK.matcher(file.getValue());
      while (block.find()) {
        String of = block.group(2) + "." + block.group(3);
        assertThat(there.add(block.group(1).equals("data") ? "data." + of : of))
            .as("%s: %s is there once", file.getKey(), of)
            .isTrue();
      }
      Matcher reference = REFERENCE.matcher(file.getValue());
      while (reference.find()) {
        String[] parts = reference.group(1).split("\\.", -1);
        String of =
            parts[0].equals("data")
                ? String.join(".", parts[0], parts[1], parts[2])
                : String.join(".", parts[0], parts[1]);
        assertThat(there).as(file.getKey()).contains(of);
      }
      for (Matcher alias = Pattern.compile("provider = (aws\\.\\w+)").matcher(file.getValue());
          alias.find(); ) {
        assertThat(file.getValue()).contains("configuration_aliases = [" + alias.group(1));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void itSaysWhatThePlanSays(String name) throws Exception {
    Map<String, String> files = PlanFiles.of(Planner.plan(PlanCases.all().get(name)));
    JsonNode plan = new JsonMapper().readTree(files.get("plan.json"));
    for (JsonNode namespace : plan.get("namespaces")) {
      Map<?, ?> terraform = parsed(files, namespace.get("folder").asText());
      Map<?, ?> documents = documents(terraform);
      List<String> expected = new ArrayList<>();
      for (JsonNode role : namespace.get("roles")) {
        if (!role.get("trust").asText().equals("too-long")) {
          expected.add(statements(role.get("policy")));
          if (role.has("policyRetired") && !role.get("policyRetired").get("Statement").isEmpty()) {
            expected.add(statements(role.get("policyRetired")));
          }
        }
      }
      List<String> found = new ArrayList<>();
      documents.values().forEach(document -> found.add(statements((Map<?, ?>) document)));
      assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
      associations(namespace, terraform);
    }
    Map<?, ?> shared = parsed(files, plan.at("/shared/folder").asText());
    for (JsonNode provider : plan.at("/shared/providers")) {
      Map<?, ?> resource =
          resource(
              shared,
              "aws_iam_openid_connect_provider",
              "account_" + provider.get("account").asText());
      assertThat(resource.get("url")).isEqualTo(plan.at("/cluster/issuer").asText());
      assertThat(texts(resource.get("client_id_list")))
          .containsAll(texts(provider.get("audiences")));
    }
    for (JsonNode role : plan.at("/shared/roles")) {
      String of = role.get("file").asText();
      assertThat(resource(shared, "aws_iam_role", of).get("name")).isEqualTo(of);
      assertThat(statements((Map<?, ?>) documents(shared).get("trust_" + of)))
          .isEqualTo(statements(role.get("policy")));
    }
  }

  private static void associations(JsonNode namespace, Map<?, ?> terraform) {
    for (JsonNode association : namespace.get("podIdentityAssociations")) {
      String account = association.get("serviceAccount").asText();
      Map<?, ?> resource = resource(terraform, "aws_eks_pod_identity_association", account);
      assertThat(resource.get("service_account")).isEqualTo(account);
      assertThat(resource.get("namespace")).isEqualTo(namespace.get("name").asText());
      assertThat(resource.get("role_arn")).isEqualTo(association.get("role").asText());
      assertThat(resource.get("target_role_arn"))
          .isEqualTo(association.has("targetRole") ? association.get("targetRole").asText() : null);
    }
  }

  private static Map<?, ?> parsed(Map<String, String> files, String folder) throws Exception {
    return new HCLParser().parse(files.get(folder + "/terraform/main.tf"));
  }

  private static Map<?, ?> resource(Map<?, ?> terraform, String type, String name) {
    return (Map<?, ?>) ((Map<?, ?>) ((Map<?, ?>) terraform.get("resource")).get(type)).get(name);
  }

  private static Map<?, ?> documents(Map<?, ?> terraform) {
    return terraform.get("data") instanceof Map<?, ?> data
            && data.get("aws_iam_policy_document") instanceof Map<?, ?> documents
        ? documents
        : Map.of();
  }

  /** A policy in a form that both have: sorted lines. */
  private static String statements(JsonNode policy) {
    List<String> lines = new ArrayList<>();
    JsonNode statements = policy.get("Statement");
    for (JsonNode one : statements.isArray() ? statements : List.of(statements)) {
      TreeMap<String, Object> line = new TreeMap<>();
      put(line, "sid", one.get("Sid"));
      put(line, "effect", one.get("Effect"));
      line.put("actions", texts(one.get("Action")));
      Set<String> principals = new TreeSet<>();
      JsonNode principal = one.get("Principal");
      if (principal.isTextual()) {
        principals.add("*=" + List.of(principal.asText()));
      }
      principal
          .properties()
          .forEach(kind -> principals.add(kind.getKey() + "=" + texts(kind.getValue())));
      line.put("principals", principals);
      Set<String> conditions = new TreeSet<>();
      one.path("Condition")
          .properties()
          .forEach(operator ->
              operator
                  .getValue()
                  .properties()
                  .forEach(key ->
                      conditions.add(
                          operator.getKey() + " " + key.getKey() + " " + texts(key.getValue()))));
      line.put("conditions", conditions);
      lines.add(line.toString());
    }
    return lines.toString();
  }

  private static String statements(Map<?, ?> document) {
    List<String> lines = new ArrayList<>();
    for (Map<?, ?> one : blocks(document.get("statement"))) {
      TreeMap<String, Object> line = new TreeMap<>();
      put(line, "sid", one.get("sid"));
      put(line, "effect", one.get("effect"));
      line.put("actions", texts(one.get("actions")));
      Set<String> principals = new TreeSet<>();
      for (Map<?, ?> principal : blocks(one.get("principals"))) {
        principals.add(principal.get("type") + "=" + texts(principal.get("identifiers")));
      }
      line.put("principals", principals);
      Set<String> conditions = new TreeSet<>();
      for (Map<?, ?> condition : blocks(one.get("condition"))) {
        conditions.add(
            condition.get("test")
                + " "
                + condition.get("variable")
                + " "
                + texts(condition.get("values")));
      }
      line.put("conditions", conditions);
      lines.add(line.toString());
    }
    return lines.toString();
  }

  private static void put(Map<String, Object> line, String name, Object value) {
    if (value != null) {
      line.put(name, value instanceof JsonNode node ? node.asText() : value);
    }
  }

  private static List<Map<?, ?>> blocks(Object blocks) {
    List<Map<?, ?>> found = new ArrayList<>();
    if (blocks instanceof Map<?, ?> one) {
      found.add(one);
    } else if (blocks instanceof List<?> several) {
      several.forEach(block -> found.add((Map<?, ?>) block));
    }
    return found;
  }

  private static List<String> texts(Object values) {
    List<String> texts = new ArrayList<>();
    switch (values) {
      case JsonNode node when node.isTextual() -> texts.add(node.asText());
      case JsonNode node -> node.forEach(one -> texts.add(one.asText()));
      case List<?> list -> list.forEach(one -> texts.add(String.valueOf(one)));
      default -> texts.add(String.valueOf(values));
    }
    return texts;
  }
}
