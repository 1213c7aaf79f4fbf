package io.iambridge.server.plan.text;

import io.iambridge.server.plan.model.Command;
import io.iambridge.server.plan.model.Step;
import io.iambridge.server.shell.ShellWords;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Writes commands as a script that does one step at a time. */
final class Shell {
  private static final String HEAD =
      """
      #!/bin/sh
      # @ABOUT@
      # One step at a time: @FILE@ STEP
      set -eu
      cd "$(dirname "$0")@UP@"

      # Runs a command with credentials of an account of AWS, and never with those of another one:
      # with the profile that AWS_PROFILE_<account> names, or else with what the AWS CLI finds.
      in_account() {
        (
          account=$1
          shift
          profile=$(printenv "AWS_PROFILE_$account" || true)
          if [ -n "$profile" ]; then
            export AWS_PROFILE="$profile"
          fi
          actual=$(aws sts get-caller-identity --query Account --output text)
          if [ "$actual" != "$account" ]; then
            echo "These are credentials of account $actual; set AWS_PROFILE_$account." >&2
            exit 1
          fi
          "$@"
        )
      }

      """;

  private Shell() {}

  /**
   * A script.
   *
   * @param about what it is for, in its second line
   * @param file as it is called
   * @param up what comes after its folder, to get to the plan's
   * @param commands which of a step's
   */
  static String script(
      String about,
      String file,
      String up,
      List<Step> steps,
      Function<Step, List<Command>> commands) {
    StringBuilder script =
        new StringBuilder(
            HEAD.replace("@ABOUT@", about).replace("@FILE@", file).replace("@UP@", up));
    script.append(
        ShellFunctions.of(steps.stream().flatMap(step -> commands.apply(step).stream()).toList()));
    script.append("case \"${1:-}\" in\n");
    List<Step> some = steps.stream().filter(step -> !commands.apply(step).isEmpty()).toList();
    for (Step step : some) {
      script.append("  ").append(step.stage().word()).append(")\n");
      for (Command command : commands.apply(step)) {
        script.append("    ").append(line(command)).append('\n');
      }
      script.append("    ;;\n");
    }
    script.append("  *)\n    echo \"usage: ").append(file).append(" STEP, one of:\" >&2\n");
    for (Step step : some) {
      script.append("    echo \"  ").append(step.stage().word()).append("\" >&2\n");
    }
    return script.append("    exit 2\n    ;;\nesac\n").toString();
  }

  /** A command as a line of a shell. */
  static String line(Command command) {
    String words = command.call().isEmpty() ? words(command) : ShellWords.quoted(command.call());
    return command.account().isEmpty() ? words : "in_account " + command.account() + " " + words;
  }

  /** What begins with a dash and is no option of {@code aws} is bound to the one before. */
  static String words(Command command) {
    List<String> words = new ArrayList<>();
    boolean aws = command.words().getFirst().equals("aws");
    for (String word : command.words()) {
      boolean value =
          aws && !words.isEmpty() && words.getLast().startsWith("--") && word.startsWith("-");
      if (value) {
        words.add(words.removeLast() + "=" + ShellWords.quoted(word));
      } else {
        words.add(ShellWords.quoted(word));
      }
    }
    return String.join(" ", words);
  }
}
