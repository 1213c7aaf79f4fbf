package io.iambridge.server.plan.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.server.plan.input.PresentProvider;
import io.iambridge.server.plan.model.AccountWork;
import io.iambridge.server.plan.model.Association;
import io.iambridge.server.plan.model.Block;
import io.iambridge.server.plan.model.Command;
import io.iambridge.server.plan.model.NamespacePlan;
import io.iambridge.server.plan.model.Plan;
import io.iambridge.server.plan.model.ProviderWork;
import io.iambridge.server.plan.model.Step;
import io.iambridge.server.plan.model.TrustWork;
import io.iambridge.server.plan.model.WorkloadWork;
import io.iambridge.server.plan.trust.Fold;
import io.iambridge.server.plan.trust.Subject;
import io.iambridge.server.plan.trust.TrustDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Writes the whole plan as JSON. */
public final class PlanJson {
  static final int VERSION = 1;

  private PlanJson() {}

  /** The plan as a tree, and namespaces of earlier ones that stay beside it. */
  static ObjectNode of(Plan plan, EarlierPlan staying) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("version", VERSION);
    json.putObject("cluster")
        .put("name", plan.cluster().name())
        .put("issuer", plan.cluster().issuer())
        .put("region", plan.cluster().region())
        .put("account", plan.cluster().account());
    texts(json, "serverPrincipals", plan.settings().serverPrincipals());
    json.put("serverServiceAccount", plan.settings().serverAccount().toString());
    json.put("trustPolicyQuota", plan.settings().trustPolicyQuota());
    // As the exit status: of the namespaces that this plan is for.
    json.put("blocked", plan.blocked());
    texts(json, "gaps", plan.gaps());
    ObjectNode shared = json.putObject("shared");
    shared.put("folder", plan.shared().folder());
    ArrayNode providers = shared.putArray("providers");
    plan.shared().providers().forEach(work -> provider(providers.addObject(), work));
    ArrayNode roles = shared.putArray("roles");
    plan.shared().roles().forEach(work -> trust(roles.addObject(), work));
    steps(shared, plan.shared().steps());
    blocks(shared, plan.shared().blocks());
    ArrayNode namespaces = json.putArray("namespaces");
    List<ObjectNode> all = new ArrayList<>(staying.namespaces());
    for (NamespacePlan namespace : plan.namespaces()) {
      ObjectNode one = JsonNodeFactory.instance.objectNode();
      namespace(one, namespace);
      all.add(one);
    }
    all.sort(Comparator.comparing(one -> one.path("folder").asText()));
    namespaces.addAll(all);
    return json;
  }

  /** For a file. */
  static String text(Plan plan, EarlierPlan staying) {
    return TrustDocument.text(of(plan, staying));
  }

  private static void provider(ObjectNode json, ProviderWork work) {
    json.put("account", work.account()).put("arn", work.arn());
    texts(json, "audiences", work.audiences());
    json.put(
        "present",
        switch (work.present()) {
          case PresentProvider.Known known -> "yes";
          case PresentProvider.Missing missing -> "no";
          case PresentProvider.NotReadable unknown -> "unknown";
        });
    if (work.present() instanceof PresentProvider.Known(Set<String> taken)) {
      texts(json, "presentAudiences", List.copyOf(new TreeSet<>(taken)));
    }
    texts(json, "missingAudiences", work.missingAudiences());
  }

  private static void namespace(ObjectNode json, NamespacePlan plan) {
    json.put("folder", plan.folder())
        .put("name", plan.name())
        .put("mode", plan.mode())
        .put("target", plan.target().label());
    ArrayNode workloads = json.putArray("workloads");
    plan.workloads().forEach(work -> workload(workloads.addObject(), work));
    ArrayNode accounts = json.putArray("serviceAccounts");
    plan.accounts().forEach(work -> account(accounts.addObject(), work));
    ArrayNode trust = json.putArray("roles");
    plan.trust().forEach(work -> trust(trust.addObject(), work));
    ArrayNode associations = json.putArray("podIdentityAssociations");
    plan.associations().forEach(one -> association(associations.addObject(), one));
    steps(json, plan.steps());
    blocks(json, plan.blocks());
    ArrayNode questions = json.putArray("questions");
    plan.questions()
        .forEach(question ->
            questions
                .addObject()
                .put("topic", question.topic().word())
                .put("about", question.about())
                .put("question", question.text()));
  }

  private static void workload(ObjectNode json, WorkloadWork work) {
    json.put("kind", work.kind()).put("name", work.name());
    work.role().ifPresent(role -> json.put("role", role.toString()));
    json.put("serviceAccount", work.to());
    if (work.moves()) {
      json.put("formerServiceAccount", work.from());
      json.put("patched", work.isPatched());
    }
  }

  private static void account(ObjectNode json, AccountWork work) {
    json.put("name", work.name()).put("create", work.create());
    if (!work.like().isEmpty()) {
      json.put("like", work.like());
    }
    map(json, "annotations", work.annotations());
    map(json, "annotationsBefore", work.before());
  }

  private static void association(ObjectNode json, Association association) {
    json.put("serviceAccount", association.serviceAccount())
        .put("role", association.role().toString());
    association.target().ifPresent(target -> json.put("targetRole", target.toString()));
  }

  private static void trust(ObjectNode json, TrustWork work) {
    json.put("role", work.role().toString())
        .put("file", work.file())
        .put(
            "trust",
            work.create()
                ? "create"
                : work.statementOnly()
                    ? "add-statement"
                    : !work.merged().fits()
                        ? "too-long"
                        : work.merged().changed() ? "replace" : "nothing")
        .put("size", work.merged().size())
        .put("quota", work.merged().quota());
    ArrayNode folds = json.putArray("folds");
    for (Fold fold : work.merged().folds()) {
      ObjectNode one = folds.addObject().put("pattern", fold.pattern());
      texts(one, "subjects", fold.accounts().stream().map(Subject::toString).toList());
    }
    texts(json, "namespaces", work.namespaces());
    texts(json, "otherNamespaces", work.otherNamespaces());
    work.chainsTo().ifPresent(target -> json.put("chainsTo", target.toString()));
    json.set("policy", work.merged().document().json());
    work.before().ifPresent(before -> json.set("policyBefore", before.json()));
    if (work.replanned()) {
      work.now().ifPresent(now -> json.set("policyPresent", now.json()));
    }
    work.retired().ifPresent(retired -> json.set("policyRetired", retired.json()));
  }

  private static void steps(ObjectNode json, List<Step> steps) {
    ArrayNode array = json.putArray("steps");
    for (Step step : steps) {
      ObjectNode one =
          array.addObject().put("step", step.stage().word()).put("title", step.stage().title());
      texts(one, "notes", step.notes());
      commands(one, "commands", step.commands());
      commands(one, "rollback", step.rollback());
    }
  }

  private static void commands(ObjectNode json, String name, List<Command> commands) {
    ArrayNode array = json.putArray(name);
    for (Command command : commands) {
      ObjectNode one = array.addObject();
      if (!command.account().isEmpty()) {
        one.put("account", command.account());
      }
      texts(one, "words", command.words());
    }
  }

  private static void blocks(ObjectNode json, List<Block> blocks) {
    ArrayNode array = json.putArray("blocks");
    for (Block block : blocks) {
      ObjectNode one =
          array
              .addObject()
              .put("reason", block.reason().word())
              .put("about", block.about())
              .put("before", block.before().word())
              .put("what", block.what());
      texts(one, "remedies", block.remedies());
    }
  }

  private static void texts(ObjectNode json, String name, List<String> texts) {
    ArrayNode array = json.putArray(name);
    texts.forEach(array::add);
  }

  private static void map(ObjectNode json, String name, Map<String, String> map) {
    ObjectNode object = json.putObject(name);
    map.forEach(object::put);
  }
}
