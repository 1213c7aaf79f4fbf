#!/bin/sh
# Migration of namespace legacy
# One step at a time: ./aws-cli.sh STEP
set -eu
cd "$(dirname "$0")"

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

# CLUSTER NAMESPACE ACCOUNT
delete_pod_identity_association() {
  id=$(aws eks list-pod-identity-associations --cluster-name "$1" --namespace "$2" \
    --service-account "$3" --query 'associations[0].associationId' --output text)
  aws eks delete-pod-identity-association --cluster-name "$1" --association-id "$id"
}

case "${1:-}" in
  trust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name legacy-reader --policy-document file://trust/legacy-reader.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name nodes-default --policy-document file://trust/nodes-default.json
    ;;
  service-accounts)
    kubectl apply --server-side --field-manager=iambridge-plan -f service-accounts.yaml
    ;;
  rehearse)
    kubectl label namespace/legacy iambridge.io/mode=rehearse iambridge.io/target=irsa --overwrite
    ;;
  check)
    iambridge-server migration status -n legacy
    ;;
  workloads)
    kubectl patch -n legacy deployment/plain --type=strategic --patch-file=kustomize/patch-deployment-plain.yaml
    kubectl rollout status -n legacy deployment/plain --timeout=10m
    ;;
  check-again)
    iambridge-server migration status -n legacy
    ;;
  switch)
    kubectl label namespace/legacy iambridge.io/mode=irsa --overwrite
    ;;
  watch)
    iambridge-server migration status -n legacy
    ;;
  restart)
    kubectl rollout restart -n legacy deployment/reader
    ;;
  retire)
    kubectl label namespace/legacy iambridge.io/mode=retired --overwrite
    ;;
  untrust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name legacy-reader --policy-document file://retire/legacy-reader.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name nodes-default --policy-document file://retire/nodes-default.json
    ;;
  *)
    echo "usage: ./aws-cli.sh STEP, one of:" >&2
    echo "  trust" >&2
    echo "  service-accounts" >&2
    echo "  rehearse" >&2
    echo "  check" >&2
    echo "  workloads" >&2
    echo "  check-again" >&2
    echo "  switch" >&2
    echo "  watch" >&2
    echo "  restart" >&2
    echo "  retire" >&2
    echo "  untrust" >&2
    exit 2
    ;;
esac
