package io.iambridge.server.plan.text;

import io.iambridge.server.plan.model.Command;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What scripts call so as to look first at what is there: {@link Command#call}. */
final class ShellFunctions {
  // The same policy may come back from IAM in another order, and one value as an array or not.
  private static final String TRUST =
      """
      # Whether two policies are the same, in whatever order and form.
      same_policy() {
        if command -v python3 >/dev/null; then
          python3 -IS - "$1" "$2" <<'PYTHON'
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
          aws iam update-assume-role-policy --role-name="$1" --policy-document="file://$3"
        else
          echo "Role $1 changed since the plan: it trusts what neither $2 nor $3 says. Plan again." >&2
          exit 1
        fi
      }

      """;

  private static final String POD_IDENTITY =
      """
      # CLUSTER NAMESPACE ACCOUNT: the id of the association that there is, or nothing.
      pod_identity_association() {
        found=$(aws eks list-pod-identity-associations --cluster-name "$1" --namespace "$2" \\
          --service-account "$3" --query 'associations[0].associationId' --output text)
        if [ "$found" != None ]; then
          echo "$found"
        fi
      }

      # CLUSTER NAMESPACE ACCOUNT ROLE [TARGET]
      associate_pod_identity() {
        id=$(pod_identity_association "$1" "$2" "$3")
        if [ -n "$id" ]; then
          aws eks update-pod-identity-association --cluster-name "$1" --association-id "$id" \\
            --role-arn "$4" ${5:+--target-role-arn "$5"}
        else
          aws eks create-pod-identity-association --cluster-name "$1" --namespace "$2" \\
            --service-account "$3" --role-arn "$4" ${5:+--target-role-arn "$5"}
        fi
      }

      # CLUSTER NAMESPACE ACCOUNT
      disassociate_pod_identity() {
        id=$(pod_identity_association "$1" "$2" "$3")
        if [ -n "$id" ]; then
          aws eks delete-pod-identity-association --cluster-name "$1" --association-id "$id"
        fi
      }

      """;

  private ShellFunctions() {}

  /** The functions that the commands need. */
  static String of(List<Command> commands) {
    Set<String> texts = new TreeSet<>();
    for (Command command : commands) {
      if (!command.call().isEmpty()) {
        texts.add(
            switch (command.call().getFirst()) {
              case "replace_trust" -> TRUST;
              case "associate_pod_identity", "disassociate_pod_identity" -> POD_IDENTITY;
              default -> throw new IllegalArgumentException("no function: " + command.call());
            });
      }
    }
    return String.join("", texts);
  }
}
