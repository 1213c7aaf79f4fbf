package io.iambridge.server.plan.text;

import io.iambridge.server.plan.model.NamespacePlan;
import io.iambridge.server.plan.model.Plan;
import io.iambridge.server.plan.model.SharedPlan;
import io.iambridge.server.plan.model.Step;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files of a plan: the same plan, the same bytes. */
public final class PlanFiles {
  /** The file that is for programs. */
  public static final String JSON = "plan.json";

  private static final String SCRIPT = "aws-cli.sh";

  private PlanFiles() {}

  /** What is in each file of a first plan, by its path with slashes. */
  public static SortedMap<String, String> of(Plan plan) {
    return of(plan, EarlierPlan.NONE);
  }

  /**
   * The same, where namespaces of earlier plans stay beside it; without those namespaces' files.
   */
  public static SortedMap<String, String> of(Plan plan, EarlierPlan staying) {
    SortedMap<String, String> files = new TreeMap<>();
    files.put("README.md", Markdown.overview(plan, staying));
    files.put(JSON, PlanJson.text(plan, staying));
    SharedPlan shared = plan.shared();
    files.put(shared.folder() + "/README.md", Markdown.shared(plan));
    shared.roles().forEach(work -> Trusts.write(shared.folder(), work, files));
    files.put(shared.folder() + "/terraform/main.tf", Terraform.shared(plan.cluster(), shared));
    scripts(shared.folder(), "what namespaces have in common", shared.steps(), files);
    for (NamespacePlan namespace : plan.namespaces()) {
      String folder = namespace.folder();
      files.put(folder + "/README.md", Markdown.namespace(namespace));
      new Manifests(namespace, files).write();
      files.put(
          folder + "/" + NamespacePlan.TOKENS,
          TokenRights.of(namespace.name(), plan.settings().serverAccount()));
      namespace.trust().forEach(work -> Trusts.write(folder, work, files));
      files.put(folder + "/terraform/main.tf", Terraform.namespace(plan.cluster(), namespace));
      scripts(folder, "namespace " + namespace.name(), namespace.steps(), files);
    }
    return Collections.unmodifiableSortedMap(files);
  }

  private static void scripts(
      String folder, String about, List<Step> steps, SortedMap<String, String> files) {
    files.put(
        folder + "/" + SCRIPT,
        Shell.script("Migration of " + about, "./" + SCRIPT, /* up= */ "", steps, Step::commands));
    files.put(
        folder + "/rollback/" + SCRIPT,
        Shell.script(
            "The way back, of " + about,
            "./" + SCRIPT,
            /* up= */ "/..",
            steps.reversed(),
            Step::rollback));
  }
}
