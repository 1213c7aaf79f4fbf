package io.iambridge.server.plan.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.server.plan.input.ClusterFacts;
import io.iambridge.server.plan.input.Earlier;
import io.iambridge.server.plan.input.EarlierShared;
import io.iambridge.server.plan.input.PresentProvider;
import io.iambridge.server.plan.model.NamespacePlan;
import io.iambridge.server.plan.model.Plan;
import io.iambridge.server.plan.trust.Former;
import io.iambridge.server.plan.trust.TrustDocument;
import io.iambridge.server.roles.RoleArn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads what a plan.json of ours says of namespaces. */
public final class EarlierPlan {
  private static final JsonMapper JSON = new JsonMapper();

  /** There is none. */
  public static final EarlierPlan NONE = new EarlierPlan(List.of(), JSON.createObjectNode());

  // Few enough digits for a number.
  private static final Pattern FOLDER = Pattern.compile("[0-9]{2,9}-[a-z0-9.-]+");

  private final List<ObjectNode> namespaces;
  private final JsonNode plan;

  private EarlierPlan(List<ObjectNode> namespaces, JsonNode plan) {
    this.namespaces = List.copyOf(namespaces);
    this.plan = plan;
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException when it is no plan; the message says why
   */
  static EarlierPlan parse(String text) {
    try {
      JsonNode json = JSON.readTree(text);
      if (json.path("version").asInt() != PlanJson.VERSION) {
        throw new IllegalArgumentException("its version is not " + PlanJson.VERSION);
      }
      List<ObjectNode> namespaces = new ArrayList<>();
      for (JsonNode one : json.path("namespaces")) {
        if (!(one instanceof ObjectNode namespace)
            || !FOLDER.matcher(one.path("folder").asText()).matches()
            || one.path("name").asText().isEmpty()) {
          throw new IllegalArgumentException("a namespace has no name or folder");
        }
        namespaces.add(namespace);
      }
      return new EarlierPlan(namespaces, json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * What the next plan has to know of it.
   *
   * @throws IllegalArgumentException when a role or a policy in it is none; the message says why
   */
  public Earlier facts() {
    Map<String, Map<RoleArn, Former>> trust = new HashMap<>();
    SortedMap<String, String> folders = new TreeMap<>();
    for (ObjectNode namespace : namespaces) {
      folders.put(namespace.path("name").asText(), namespace.path("folder").asText());
      for (JsonNode role : namespace.path("roles")) {
        Optional<TrustDocument> before = policy(role, "policyBefore");
        if (before.isPresent()) {
          List<TrustDocument> since = new ArrayList<>();
          policy(role, "policyPresent").ifPresent(since::add);
          policy(role, "policy").ifPresent(since::add);
          trust
              .computeIfAbsent(namespace.path("name").asText(), any -> new HashMap<>())
              .put(
                  RoleArn.parse(role.path("role").asText()),
                  new Former(before.get(), since, policy(role, "policyRetired")));
        }
      }
    }
    return new Earlier(trust, folders, shared());
  }

  private EarlierShared shared() {
    SortedMap<String, EarlierShared.Provider> providers = new TreeMap<>();
    for (JsonNode one : plan.path("shared").path("providers")) {
      PresentProvider present =
          switch (one.path("present").asText()) {
            case "yes" -> new PresentProvider.Known(texts(one.path("presentAudiences")));
            case "no" -> new PresentProvider.Missing();
            default -> new PresentProvider.NotReadable("it was not for an earlier plan, either");
          };
      providers.put(
          one.path("account").asText(),
          new EarlierShared.Provider(texts(one.path("audiences")), present));
    }
    Map<RoleArn, EarlierShared.Role> roles = new HashMap<>();
    for (JsonNode role : plan.path("shared").path("roles")) {
      Optional<TrustDocument> before = policy(role, "policyBefore");
      roles.put(
          RoleArn.parse(role.path("role").asText()),
          new EarlierShared.Role(
              RoleArn.parse(role.path("chainsTo").asText()),
              policy(role, "policy")
                  .orElseThrow(() -> new IllegalArgumentException("a role has no policy")),
              policy(role, "policyPresent").or(() -> before),
              before,
              policy(role, "policyRetired"),
              List.copyOf(texts(role.path("namespaces")))));
    }
    return new EarlierShared(providers, roles);
  }

  private static SortedSet<String> texts(JsonNode array) {
    SortedSet<String> texts = new TreeSet<>();
    array.forEach(one -> texts.add(one.asText()));
    return texts;
  }

  /**
   * Sees that a new plan is for the same cluster: folders, providers and policies of two do not go
   * together.
   *
   * @throws IllegalArgumentException when it is not; the message says why
   */
  public void sameCluster(ClusterFacts cluster) {
    same("issuer", cluster.issuer());
    same("name", cluster.name());
  }

  /** One may not have been told. */
  private void same(String what, String now) {
    String before = plan.path("cluster").path(what).asText();
    if (!before.isEmpty() && !now.isEmpty() && !before.equals(now)) {
      throw new IllegalArgumentException(
          "it has an earlier plan for another cluster, whose %s is %s, not %s; name another folder"
              .formatted(what, before, now));
    }
  }

  private static Optional<TrustDocument> policy(JsonNode role, String field) {
    return role.has(field)
        ? Optional.of(TrustDocument.parse(role.get(field).toString()))
        : Optional.empty();
  }

  /** Without the namespaces that a new plan is for. */
  public EarlierPlan without(Plan plan) {
    Set<String> planned = new HashSet<>();
    plan.namespaces().stream().map(NamespacePlan::name).forEach(planned::add);
    return new EarlierPlan(
        namespaces.stream().filter(one -> !planned.contains(one.path("name").asText())).toList(),
        this.plan);
  }

  List<ObjectNode> namespaces() {
    return namespaces;
  }

  /** The folders of its namespaces. */
  List<String> folders() {
    return namespaces.stream().map(namespace -> namespace.path("folder").asText()).toList();
  }
}
