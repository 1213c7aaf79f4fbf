package io.iambridge.server.plan.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.server.plan.input.BindingFacts;
import io.iambridge.server.plan.model.AccountWork;
import io.iambridge.server.plan.model.NamespacePlan;
import io.iambridge.server.plan.model.WorkloadWork;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** Writes what goes into Kubernetes: service accounts, and patches of workloads. */
final class Manifests {
  static final String RBAC = "rbac.authorization.k8s.io";

  private final NamespacePlan plan;
  private final SortedMap<String, String> files;

  Manifests(NamespacePlan plan, SortedMap<String, String> files) {
    this.plan = plan;
    this.files = files;
  }

  void write() {
    String folder = plan.folder() + "/";
    List<ObjectNode> accounts = new ArrayList<>();
    List<ObjectNode> made = new ArrayList<>();
    for (AccountWork work : plan.accounts()) {
      List<ObjectNode> objects = new ArrayList<>(List.of(account(work, plan.name())));
      work.bindings().forEach(binding -> objects.add(binding(work, binding)));
      accounts.addAll(objects);
      if (work.create()) {
        made.addAll(objects);
      }
    }
    if (!accounts.isEmpty()) {
      files.put(folder + "service-accounts.yaml", Yaml.text(accounts));
    }
    List<WorkloadWork> patched = plan.workloads().stream().filter(WorkloadWork::isPatched).toList();
    workloads(folder, patched, /* back= */ false);
    workloads(folder + "rollback/", patched, /* back= */ true);
    if (!made.isEmpty()) {
      files.put(folder + "kustomize/service-accounts.yaml", Yaml.text(made));
    }
    if (!accounts.isEmpty() || !patched.isEmpty()) {
      files.put(folder + "kustomize/kustomization.yaml", component(patched, !made.isEmpty()));
    }
  }

  private void workloads(String folder, List<WorkloadWork> patched, boolean back) {
    if (patched.isEmpty()) {
      return;
    }
    List<ObjectNode> whole = new ArrayList<>();
    for (WorkloadWork work : patched) {
      String account = back ? work.from() : work.to();
      whole.add(patch(work, account, plan.name()));
      // Without the namespace, which a kustomization often adds later than its components.
      files.put(
          folder + "kustomize/" + work.patchFile(),
          Yaml.text(patch(work, account, /* namespace= */ "")));
    }
    files.put(folder + "workloads.yaml", Yaml.text(whole));
  }

  private static ObjectNode account(AccountWork work, String namespace) {
    ObjectNode account = Yaml.object("v1", "ServiceAccount");
    ObjectNode metadata = account.putObject("metadata");
    metadata.put("name", work.name());
    if (!namespace.isEmpty()) {
      metadata.put("namespace", namespace);
    }
    if (!work.annotations().isEmpty()) {
      ObjectNode annotations = metadata.putObject("annotations");
      work.annotations().forEach(annotations::put);
    }
    if (work.create()) {
      work.automount()
          .ifPresent(automount -> account.put("automountServiceAccountToken", automount));
      if (!work.imagePullSecrets().isEmpty()) {
        ArrayNode secrets = account.putArray("imagePullSecrets");
        work.imagePullSecrets().forEach(secret -> secrets.addObject().put("name", secret));
      }
    }
    return account;
  }

  private ObjectNode binding(AccountWork work, BindingFacts present) {
    ObjectNode binding = Yaml.object(RBAC + "/v1", present.kind());
    ObjectNode metadata = binding.putObject("metadata");
    metadata.put("name", work.bindingName(present, plan.name()));
    if (!present.namespace().isEmpty()) {
      metadata.put("namespace", present.namespace());
    }
    binding
        .putObject("roleRef")
        .put("apiGroup", RBAC)
        .put("kind", present.roleKind())
        .put("name", present.roleName());
    binding
        .putArray("subjects")
        .addObject()
        .put("kind", "ServiceAccount")
        .put("name", work.name())
        .put("namespace", plan.name());
    return binding;
  }

  private static ObjectNode patch(WorkloadWork work, String account, String namespace) {
    ObjectNode patch = Yaml.object(work.apiVersion().orElseThrow(), work.kind());
    ObjectNode metadata = patch.putObject("metadata");
    metadata.put("name", work.name());
    if (!namespace.isEmpty()) {
      metadata.put("namespace", namespace);
    }
    ObjectNode spec = patch.putObject("spec");
    if (work.kind().equals("CronJob")) {
      spec = spec.putObject("jobTemplate").putObject("spec");
    }
    spec.putObject("template").putObject("spec").put("serviceAccountName", account);
    return patch;
  }

  /** A component, to be included where the workloads are: it has none of its own. */
  private String component(List<WorkloadWork> patched, boolean made) {
    ObjectNode component = Yaml.object("kustomize.config.k8s.io/v1alpha1", "Component");
    if (made) {
      component.putArray("resources").add("service-accounts.yaml");
    }
    ArrayNode patches = component.putArray("patches");
    for (AccountWork work : plan.accounts()) {
      if (!work.create()) {
        String file = "patch-serviceaccount-" + work.name() + ".yaml";
        files.put(
            plan.folder() + "/kustomize/" + file, Yaml.text(account(work, /* namespace= */ "")));
        patches.add(target("", "ServiceAccount", work.name(), file));
      }
    }
    for (WorkloadWork work : patched) {
      String version = work.apiVersion().orElseThrow();
      String group = version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
      patches.add(target(group, work.kind(), work.name(), work.patchFile()));
    }
    if (patches.isEmpty()) {
      component.remove("patches");
    }
    return Yaml.text(component);
  }

  private static ObjectNode target(String group, String kind, String name, String file) {
    ObjectNode patch = Yaml.object().put("path", file);
    ObjectNode target = patch.putObject("target");
    if (!group.isEmpty()) {
      target.put("group", group);
    }
    // A target's name is a regular expression, and a service account's may have a dot.
    target.put("kind", kind).put("name", name.replace(".", "\\."));
    return patch;
  }
}
