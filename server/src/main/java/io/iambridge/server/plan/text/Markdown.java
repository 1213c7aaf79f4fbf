package io.iambridge.server.plan.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iambridge.server.plan.model.Block;
import io.iambridge.server.plan.model.Command;
import io.iambridge.server.plan.model.NamespacePlan;
import io.iambridge.server.plan.model.Plan;
import io.iambridge.server.plan.model.Question;
import io.iambridge.server.plan.model.Step;
import io.iambridge.server.plan.model.WorkloadWork;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes the plan for people. */
final class Markdown {
  private static final String HOW =
      """
      Every folder has the same work in several forms; take one of them:

      - `aws-cli.sh STEP` does a step with `aws` and `kubectl`; `rollback/aws-cli.sh STEP` undoes it;
        a trust policy that somebody has changed since is left as it is, and the step stops;
      - `trust/*.json` are the trust policies, `rollback/trust/*.json` those of today, `retire/*.json`
        those of the last step; `*.statement.json` is what somebody else has to add;
      - `terraform/` is a module with the same policies, associations and providers;
      - `service-accounts.yaml`, `workloads.yaml` are for `kubectl`, `kustomize/` is a component;
      - `tokens.yaml` lets the server create tokens of a namespace's service accounts;
      - `plan.json` is everything, for programs.

      Do `00-shared` first, then the namespaces in any order, one or many at a time. Up to the step
      `retire` the label alone puts pods back to where they were:
      `kubectl label namespace/NAME iambridge.io/mode=kiam --overwrite`.
      """;

  private final StringBuilder text = new StringBuilder();

  private Markdown() {}

  static String overview(Plan plan, EarlierPlan staying) {
    Markdown markdown = new Markdown();
    markdown.line("# Migration plan: " + clusterName(plan)).line("");
    markdown.line(
        "Issuer `%s`, account %s. This plan changes nothing by itself."
            .formatted(plan.cluster().issuer(), plan.cluster().account()));
    markdown.line("").line(HOW.stripTrailing()).line("");
    markdown.line(
        "| folder | namespace | now | target | workloads | move | roles | in the way | questions |");
    markdown.line("|---|---|---|---|---|---|---|---|---|");
    SortedMap<String, String> rows = new TreeMap<>();
    plan.namespaces().forEach(one -> rows.put(one.folder(), row(one)));
    staying.namespaces().forEach(one -> rows.put(one.path("folder").asText(), row(one)));
    rows.values().forEach(markdown::line);
    if (!staying.namespaces().isEmpty()) {
      markdown
          .line("")
          .line("As earlier plans left them: " + String.join(", ", staying.folders()) + ".");
    }
    if (!plan.gaps().isEmpty()) {
      markdown.line("").line("## What could not be read").line("");
      plan.gaps().forEach(gap -> markdown.line("- " + safe(gap)));
    }
    return markdown.text.toString();
  }

  private static String row(NamespacePlan one) {
    return row(
        List.of(one.folder(), one.name(), one.mode(), one.target().label()),
        List.of(
            one.workloads().size(),
            one.workloads().stream().filter(WorkloadWork::moves).count(),
            one.trust().size(),
            one.blocks().size(),
            one.questions().size()));
  }

  private static String row(ObjectNode one) {
    long moves =
        one.path("workloads")
            .valueStream()
            .filter(work -> work.has("formerServiceAccount"))
            .count();
    return row(
        Stream.of("folder", "name", "mode", "target").map(key -> one.path(key).asText()).toList(),
        List.of(
            one.path("workloads").size(),
            moves,
            one.path("roles").size(),
            one.path("blocks").size(),
            one.path("questions").size()));
  }

  private static String row(List<String> texts, List<? extends Number> numbers) {
    List<String> cells = new ArrayList<>();
    cells.add("[%s](%s/README.md)".formatted(texts.getFirst(), texts.getFirst()));
    texts.stream().skip(1).map(text -> text.isEmpty() ? "-" : safe(text)).forEach(cells::add);
    numbers.forEach(number -> cells.add(number.toString()));
    return "| " + String.join(" | ", cells) + " |";
  }

  private static String clusterName(Plan plan) {
    return plan.cluster().name().isEmpty() ? plan.cluster().issuer() : plan.cluster().name();
  }

  static String shared(Plan plan) {
    Markdown markdown = new Markdown();
    markdown.line("# What namespaces have in common");
    markdown.blocks(plan.shared().blocks());
    markdown.steps(plan.shared().steps());
    return markdown.text.toString();
  }

  static String namespace(NamespacePlan plan) {
    Markdown markdown = new Markdown();
    markdown
        .line("# Namespace %s: to %s".formatted(plan.name(), plan.target().label()))
        .line("")
        .line("| workload | role | service account |")
        .line("|---|---|---|");
    for (WorkloadWork work : plan.workloads()) {
      markdown.line(
          "| %s | %s | %s |"
              .formatted(
                  safe(work.title()),
                  work.role().map(role -> code(role.toString())).orElse("-"),
                  work.moves() ? work.from() + " → **" + work.to() + "**" : work.to()));
    }
    markdown.blocks(plan.blocks());
    markdown.questions(plan.questions());
    markdown.steps(plan.steps());
    return markdown.text.toString();
  }

  private void blocks(List<Block> blocks) {
    if (blocks.isEmpty()) {
      return;
    }
    line("").line("## In the way").line("");
    for (Block block : blocks) {
      line(
          "- **%s**, before `%s` (%s): %s"
              .formatted(
                  safe(block.about()),
                  block.before().word(),
                  block.reason().word(),
                  safe(block.what())));
      block.remedies().forEach(remedy -> line("  - " + safe(remedy)));
    }
  }

  private void questions(List<Question> questions) {
    if (questions.isEmpty()) {
      return;
    }
    line("").line("## Questions").line("");
    for (Question question : questions) {
      line("- **%s**: %s".formatted(safe(question.about()), safe(question.text())));
    }
  }

  private void steps(List<Step> steps) {
    int number = 0;
    for (Step step : steps) {
      number++;
      line("")
          .line("## %d. %s (`%s`)".formatted(number, step.stage().title(), step.stage().word()))
          .line("");
      step.notes().forEach(note -> line("- " + safe(note)));
      String word = step.stage().word();
      commands("", "./aws-cli.sh " + word, step.commands());
      commands("To undo it:", "./rollback/aws-cli.sh " + word, step.rollback());
    }
  }

  /** Where the script looks first at what is there, it is the script that is to be run. */
  private void commands(String title, String script, List<Command> commands) {
    if (commands.isEmpty()) {
      return;
    }
    if (!title.isEmpty()) {
      line("").line(title);
    }
    line("").line("```sh");
    boolean looks = commands.stream().anyMatch(command -> !command.call().isEmpty());
    if (looks) {
      line(script).line("# which looks first at what is there, and does then:");
    }
    for (Command command : commands) {
      String account = command.account().isEmpty() ? "" : "  # account " + command.account();
      boolean shell = command.words().getFirst().equals("sh");
      String words = shell ? String.join(" ", command.call()) : Shell.words(command);
      line((looks ? "# " : "") + oneLine(words) + account);
    }
    line("```");
  }

  private Markdown line(String line) {
    text.append(line).append('\n');
    return this;
  }

  /** What tenants wrote may be in it: nothing of it is Markdown or HTML, and it is one line. */
  static String safe(String text) {
    return oneLine(
        text.replace("\\", "\\\\")
            .replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replaceAll("[|`*\\[]", "\\\\$0"));
  }

  /** As code where it can be: no backslash escapes a backtick there. */
  private static String code(String text) {
    return text.matches("[^`|]+") ? "`" + oneLine(text) + "`" : safe(text);
  }

  /** So that nobody ends a fence, a comment or a row of a table from within. */
  private static String oneLine(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]+", " ");
  }
}
