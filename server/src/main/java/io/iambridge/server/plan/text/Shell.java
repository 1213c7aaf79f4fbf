package io.iambridge.server.plan.text;

import io.iambridge.server.plan.model.Command;
import io.iambridge.server.plan.model.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes commands as a script that does one step at a time. */
final class Shell {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

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

      # Whether two policies are the same, in whatever order and form.
      same_policy() {
        if command -v python3 >/dev/null; then
          python3 - "$1" "$2" <<'PYTHON'
      import json, sys

      def plain(value):
          if isinstance(value, dict):
              return {key: plain(inner) for key, inner in value.items()}
          if isinstance(value, list):
              several = sorted((plain(inner) for inner in value), key=json.dumps)
              return several[0] if len(several) == 1 else several
          return value

      def read(path):
          with open(path) as file:
              return json.dumps(plain(json.load(file)), sort_keys=True)

      sys.exit(0 if read(sys.argv[1]) == read(sys.argv[2]) else 1)
      PYTHON
        elif command -v jq >/dev/null; then
          plain='walk(if type == "array" then (if length == 1 then .[0] else sort end) else . end)'
          [ "$(jq -cS "$plain" "$1")" = "$(jq -cS "$plain" "$2")" ]
        else
          echo "python3 or jq is needed to compare trust policies." >&2
          exit 1
        fi
      }

      # ROLE BEFORE AFTER: writes the trust policy AFTER only in place of BEFORE, and not over what
      # somebody else has written since the plan was made.
      replace_trust() {
        now=$(mktemp)
        trap 'rm -f "$now"' EXIT
        aws iam get-role --role-name="$1" --query Role.AssumeRolePolicyDocument --output json >"$now"
        if same_policy "$now" "$3"; then
          echo "$1 has the trust policy of $3 already."
        elif same_policy "$now" "$2"; then
          aws iam update-assume-role-policy --role-name="$1" --policy-document "file://$3"
        else
          echo "The trust policy of $1 is not that of $2 any more: somebody changed it. Plan again." >&2
          exit 1
        fi
      }

      # CLUSTER NAMESPACE ACCOUNT
      delete_pod_identity_association() {
        id=$(aws eks list-pod-identity-associations --cluster-name "$1" --namespace "$2" \\
          --service-account "$3" --query 'associations[0].associationId' --output text)
        aws eks delete-pod-identity-association --cluster-name "$1" --association-id "$id"
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
    String words =
        command
            .trust()
            .map(change ->
                Stream.of("replace_trust", change.role(), change.before(), change.after())
                    .map(Shell::quoted)
                    .collect(Collectors.joining(" ")))
            .orElseGet(() -> words(command));
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
        words.add(words.removeLast() + "=" + quoted(word));
      } else {
        words.add(quoted(word));
      }
    }
    return String.join(" ", words);
  }

  static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
