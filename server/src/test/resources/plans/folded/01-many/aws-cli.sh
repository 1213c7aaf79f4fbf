#!/bin/sh
# Migration of namespace many
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
    in_account 123456789012 aws iam update-assume-role-policy --role-name many --policy-document file://trust/many.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name mixed --policy-document file://trust/mixed.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name other --policy-document file://trust/other.json
    ;;
  service-accounts)
    kubectl apply --server-side --field-manager=iambridge-plan -f service-accounts.yaml
    ;;
  rehearse)
    kubectl label namespace/many iambridge.io/mode=rehearse --overwrite
    ;;
  check)
    iambridge-server migration status -n many
    ;;
  check-again)
    iambridge-server migration status -n many
    ;;
  switch)
    kubectl label namespace/many iambridge.io/mode=irsa --overwrite
    ;;
  watch)
    iambridge-server migration status -n many
    ;;
  retire)
    kubectl rollout restart -n many deployment/mix-a26
    kubectl rollout restart -n many deployment/mix-b1
    kubectl rollout restart -n many deployment/mix-b27
    kubectl rollout restart -n many deployment/mix-c2
    kubectl rollout restart -n many deployment/mix-c28
    kubectl rollout restart -n many deployment/mix-d29
    kubectl rollout restart -n many deployment/mix-d3
    kubectl rollout restart -n many deployment/mix-e30
    kubectl rollout restart -n many deployment/mix-e4
    kubectl rollout restart -n many deployment/mix-f31
    kubectl rollout restart -n many deployment/mix-f5
    kubectl rollout restart -n many deployment/mix-g32
    kubectl rollout restart -n many deployment/mix-g6
    kubectl rollout restart -n many deployment/mix-h33
    kubectl rollout restart -n many deployment/mix-h7
    kubectl rollout restart -n many deployment/mix-i34
    kubectl rollout restart -n many deployment/mix-i8
    kubectl rollout restart -n many deployment/mix-j35
    kubectl rollout restart -n many deployment/mix-j9
    kubectl rollout restart -n many deployment/mix-k10
    kubectl rollout restart -n many deployment/mix-k36
    kubectl rollout restart -n many deployment/mix-l11
    kubectl rollout restart -n many deployment/mix-l37
    kubectl rollout restart -n many deployment/mix-m12
    kubectl rollout restart -n many deployment/mix-m38
    kubectl rollout restart -n many deployment/mix-n13
    kubectl rollout restart -n many deployment/mix-n39
    kubectl rollout restart -n many deployment/mix-o14
    kubectl rollout restart -n many deployment/mix-o40
    kubectl rollout restart -n many deployment/mix-p15
    kubectl rollout restart -n many deployment/mix-q16
    kubectl rollout restart -n many deployment/mix-r17
    kubectl rollout restart -n many deployment/mix-s18
    kubectl rollout restart -n many deployment/mix-t19
    kubectl rollout restart -n many deployment/mix-u20
    kubectl rollout restart -n many deployment/mix-v21
    kubectl rollout restart -n many deployment/mix-w22
    kubectl rollout restart -n many deployment/mix-x23
    kubectl rollout restart -n many deployment/mix-y24
    kubectl rollout restart -n many deployment/mix-z25
    kubectl rollout restart -n many deployment/worker-1
    kubectl rollout restart -n many deployment/worker-10
    kubectl rollout restart -n many deployment/worker-11
    kubectl rollout restart -n many deployment/worker-12
    kubectl rollout restart -n many deployment/worker-13
    kubectl rollout restart -n many deployment/worker-14
    kubectl rollout restart -n many deployment/worker-15
    kubectl rollout restart -n many deployment/worker-16
    kubectl rollout restart -n many deployment/worker-17
    kubectl rollout restart -n many deployment/worker-18
    kubectl rollout restart -n many deployment/worker-19
    kubectl rollout restart -n many deployment/worker-2
    kubectl rollout restart -n many deployment/worker-20
    kubectl rollout restart -n many deployment/worker-21
    kubectl rollout restart -n many deployment/worker-22
    kubectl rollout restart -n many deployment/worker-23
    kubectl rollout restart -n many deployment/worker-24
    kubectl rollout restart -n many deployment/worker-25
    kubectl rollout restart -n many deployment/worker-26
    kubectl rollout restart -n many deployment/worker-27
    kubectl rollout restart -n many deployment/worker-28
    kubectl rollout restart -n many deployment/worker-29
    kubectl rollout restart -n many deployment/worker-3
    kubectl rollout restart -n many deployment/worker-30
    kubectl rollout restart -n many deployment/worker-31
    kubectl rollout restart -n many deployment/worker-32
    kubectl rollout restart -n many deployment/worker-33
    kubectl rollout restart -n many deployment/worker-34
    kubectl rollout restart -n many deployment/worker-35
    kubectl rollout restart -n many deployment/worker-36
    kubectl rollout restart -n many deployment/worker-37
    kubectl rollout restart -n many deployment/worker-38
    kubectl rollout restart -n many deployment/worker-39
    kubectl rollout restart -n many deployment/worker-4
    kubectl rollout restart -n many deployment/worker-40
    kubectl rollout restart -n many deployment/worker-5
    kubectl rollout restart -n many deployment/worker-6
    kubectl rollout restart -n many deployment/worker-7
    kubectl rollout restart -n many deployment/worker-8
    kubectl rollout restart -n many deployment/worker-9
    kubectl label namespace/many iambridge.io/mode=retired --overwrite
    ;;
  untrust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name many --policy-document file://retire/many.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name mixed --policy-document file://retire/mixed.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name other --policy-document file://retire/other.json
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
    echo "  retire" >&2
    echo "  untrust" >&2
    exit 2
    ;;
esac
