#!/bin/sh
# The way back, of namespace shop
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

# CLUSTER NAMESPACE ACCOUNT: the id of the association that there is, or nothing.
pod_identity_association() {
  found=$(aws eks list-pod-identity-associations --cluster-name "$1" --namespace "$2" \
    --service-account "$3" --query 'associations[0].associationId' --output text) || exit 1
  if [ "$found" != None ]; then
    echo "$found"
  fi
}

# CLUSTER ID ROLE [TARGET]: whether the association is for these roles.
has_pod_identity_roles() {
  found=$(aws eks describe-pod-identity-association --cluster-name "$1" \
    --association-id "$2" --query 'association.[roleArn, targetRoleArn]' \
    --output text) || exit 1
  [ "$found" = "$(printf '%s\t%s' "$3" "${4:-None}")" ]
}

# CLUSTER NAMESPACE ACCOUNT ROLE [TARGET]: makes it where there is none, and changes none.
associate_pod_identity() {
  id=$(pod_identity_association "$1" "$2" "$3") || exit 1
  if [ -z "$id" ]; then
    aws eks create-pod-identity-association --cluster-name "$1" --namespace "$2" \
      --service-account "$3" --role-arn "$4" ${5:+--target-role-arn "$5"}
  elif has_pod_identity_roles "$1" "$id" "$4" "${5:-}"; then
    echo "Service account $2/$3 has the association with $4 already."
  else
    echo "Service account $2/$3 has association $id with another role than $4: the plan does not know it. Change it yourself or delete it, then go on." >&2
    exit 1
  fi
}

# CLUSTER NAMESPACE ACCOUNT ROLE [TARGET]: deletes it, and none with another role.
disassociate_pod_identity() {
  id=$(pod_identity_association "$1" "$2" "$3") || exit 1
  if [ -z "$id" ]; then
    echo "Service account $2/$3 has no association already."
  elif has_pod_identity_roles "$1" "$id" "$4" "${5:-}"; then
    aws eks delete-pod-identity-association --cluster-name "$1" --association-id "$id"
  else
    echo "Service account $2/$3 has association $id with another role than $4: it stays." >&2
  fi
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
    in_account 123456789012 replace_trust shop-web retire/shop-web.json trust/shop-web.json
    in_account 123456789012 replace_trust shop-cart retire/shop-cart.json trust/shop-cart.json
    ;;
  retire)
    kubectl label namespace/shop iambridge.io/mode=pod-identity --overwrite
    ;;
  switch)
    kubectl label namespace/shop iambridge.io/mode=kiam --overwrite
    ;;
  workloads)
    kubectl patch -n shop deployment/worker --type=strategic --patch-file=rollback/kustomize/patch-deployment-worker.yaml
    kubectl rollout status -n shop deployment/worker --timeout=10m
    kubectl patch -n shop deployment/web --type=strategic --patch-file=rollback/kustomize/patch-deployment-web.yaml
    kubectl rollout status -n shop deployment/web --timeout=10m
    ;;
  rehearse)
    kubectl label namespace/shop iambridge.io/mode- iambridge.io/target- --overwrite
    kubectl delete -f tokens.yaml --ignore-not-found
    ;;
  service-accounts)
    in_account 123456789012 disassociate_pod_identity sandbox shop worker arn:aws:iam::123456789012:role/shop-cart
    in_account 123456789012 disassociate_pod_identity sandbox shop web-shop-web arn:aws:iam::123456789012:role/shop-web
    in_account 123456789012 disassociate_pod_identity sandbox shop cart arn:aws:iam::123456789012:role/shop-cart
    kubectl delete --ignore-not-found -n shop serviceaccount/worker
    kubectl delete --ignore-not-found -n shop serviceaccount/web-shop-web
    ;;
  trust)
    in_account 123456789012 replace_trust shop-web trust/shop-web.json rollback/trust/shop-web.json
    in_account 123456789012 replace_trust shop-cart trust/shop-cart.json rollback/trust/shop-cart.json
    ;;
  *)
    echo "usage: ./aws-cli.sh STEP, one of:" >&2
    echo "  untrust" >&2
    echo "  retire" >&2
    echo "  switch" >&2
    echo "  workloads" >&2
    echo "  rehearse" >&2
    echo "  service-accounts" >&2
    echo "  trust" >&2
    exit 2
    ;;
esac
