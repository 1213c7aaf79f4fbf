#!/bin/sh
# Migration of namespace data
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
    in_account 123456789012 aws iam update-assume-role-policy --role-name data-local --policy-document file://trust/data-local.json
    ;;
  service-accounts)
    kubectl apply --server-side --field-manager=iambridge-plan -f service-accounts.yaml
    ;;
  rehearse)
    kubectl label namespace/data iambridge.io/mode=rehearse iambridge.io/target=irsa --overwrite
    ;;
  check)
    iambridge-server migration status -n data
    ;;
  check-again)
    iambridge-server migration status -n data
    ;;
  switch)
    kubectl label namespace/data iambridge.io/mode=irsa --overwrite
    ;;
  watch)
    iambridge-server migration status -n data
    ;;
  restart)
    kubectl rollout restart -n data deployment/loader
    kubectl rollout restart -n data deployment/local
    ;;
  retire)
    kubectl label namespace/data iambridge.io/mode=retired --overwrite
    ;;
  untrust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name data-local --policy-document file://retire/data-local.json
    ;;
  *)
    echo "usage: ./aws-cli.sh STEP, one of:" >&2
    echo "  trust" >&2
    echo "  service-accounts" >&2
    echo "  rehearse" >&2
    echo "  check" >&2
    echo "  check-again" >&2
    echo "  switch" >&2
    echo "  watch" >&2
    echo "  restart" >&2
    echo "  retire" >&2
    echo "  untrust" >&2
    exit 2
    ;;
esac
