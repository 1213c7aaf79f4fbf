#!/bin/sh
# The way back, of namespace way
# One step at a time: ./aws-cli.sh STEP
set -eu
cd "$(dirname "$0")/.."

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
    python3 -IS - "$1" "$2" <<'PYTHON'
import json, sys

def ordered(value):
    return json.dumps(value, sort_keys=True)

def plain(value):
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        several = sorted((plain(inner) for inner in value), key=ordered)
        return several[0] if len(several) == 1 else several
    return value

def read(path):
    with open(path) as file:
        return ordered(plain(json.load(file)))

sys.exit(0 if read(sys.argv[1]) == read(sys.argv[2]) else 1)
PYTHON
  elif command -v jq >/dev/null; then
    plain='walk(if type == "array" then (if length == 1 then .[0] else sort end) else . end)'
    one=$(jq -cS "$plain" "$1") || exit 1
    other=$(jq -cS "$plain" "$2") || exit 1
    [ "$one" = "$other" ]
  else
    echo "python3 or jq is needed to compare trust policies." >&2
    exit 1
  fi
}

# ROLE TRUST: makes it where there is none, and changes none.
create_role() {
  now=$(mktemp)
  trap 'rm -f "$now"' EXIT
  if ! aws iam get-role --role-name="$1" --query Role.AssumeRolePolicyDocument --output json >"$now" 2>/dev/null; then
    aws iam create-role --role-name="$1" --assume-role-policy-document="file://$2"
  elif same_policy "$now" "$2"; then
    echo "Role $1 is there already."
  else
    echo "Role $1 is there, and trusts something else than $2 says. Plan again." >&2
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

case "${1:-}" in
  untrust)
    in_account 123456789012 replace_trust way-partner retire/way-partner.json trust/way-partner.json
    ;;
  retire)
    kubectl label namespace/way iambridge.io/mode=irsa --overwrite
    ;;
  switch)
    kubectl label namespace/way iambridge.io/mode=kiam --overwrite
    ;;
  rehearse)
    kubectl label namespace/way iambridge.io/mode=kiam iambridge.io/target- --overwrite
    kubectl delete -f tokens.yaml --ignore-not-found
    ;;
  service-accounts)
    kubectl annotate -n way serviceaccount/strange --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n way serviceaccount/partner --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n way serviceaccount/old-java --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n way serviceaccount/node-agent --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n way serviceaccount/nameless --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n way serviceaccount/java-two --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n way serviceaccount/gone-role --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n way serviceaccount/denied --overwrite eks.amazonaws.com/role-arn-
    kubectl delete --ignore-not-found -n way serviceaccount/by-hand
    kubectl annotate -n way serviceaccount/broken-irsa --overwrite eks.amazonaws.com/role-arn-
    ;;
  trust)
    in_account 123456789012 replace_trust way-role trust/way-role.json rollback/trust/way-role.json
    in_account 123456789012 replace_trust way-partner trust/way-partner.json rollback/trust/way-partner.json
    in_account 123456789012 replace_trust way-denied trust/way-denied.json rollback/trust/way-denied.json
    ;;
  *)
    echo "usage: ./aws-cli.sh STEP, one of:" >&2
    echo "  untrust" >&2
    echo "  retire" >&2
    echo "  switch" >&2
    echo "  rehearse" >&2
    echo "  service-accounts" >&2
    echo "  trust" >&2
    exit 2
    ;;
esac
