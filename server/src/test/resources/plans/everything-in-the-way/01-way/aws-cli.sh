#!/bin/sh
# Migration of namespace way
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
    in_account 123456789012 aws iam update-assume-role-policy --role-name way-denied --policy-document file://trust/way-denied.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name way-partner --policy-document file://trust/way-partner.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name way-role --policy-document file://trust/way-role.json
    ;;
  service-accounts)
    kubectl apply --server-side --field-manager=iambridge-plan -f service-accounts.yaml
    ;;
  rehearse)
    kubectl label namespace/way iambridge.io/mode=rehearse iambridge.io/target=irsa --overwrite
    ;;
  check)
    iambridge-server migration status -n way
    ;;
  check-again)
    iambridge-server migration status -n way
    ;;
  switch)
    kubectl label namespace/way iambridge.io/mode=irsa --overwrite
    ;;
  watch)
    iambridge-server migration status -n way
    ;;
  restart)
    kubectl rollout restart -n way daemonset/node-agent
    kubectl rollout restart -n way deployment/broken-irsa
    kubectl rollout restart -n way deployment/denied
    kubectl rollout restart -n way deployment/gone-role
    kubectl rollout restart -n way deployment/half
    kubectl rollout restart -n way deployment/java-two
    kubectl rollout restart -n way deployment/nameless
    kubectl rollout restart -n way deployment/old-java
    kubectl rollout restart -n way deployment/partner
    kubectl rollout restart -n way deployment/strange
    ;;
  retire)
    kubectl label namespace/way iambridge.io/mode=retired --overwrite
    ;;
  untrust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name way-partner --policy-document file://retire/way-partner.json
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
