#!/bin/sh
# The way back, of namespace many
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

# CLUSTER NAMESPACE ACCOUNT
delete_pod_identity_association() {
  id=$(aws eks list-pod-identity-associations --cluster-name "$1" --namespace "$2" \
    --service-account "$3" --query 'associations[0].associationId' --output text)
  aws eks delete-pod-identity-association --cluster-name "$1" --association-id "$id"
}

case "${1:-}" in
  untrust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name many --policy-document file://trust/many.json
    ;;
  retire)
    kubectl label namespace/many iambridge.io/mode=irsa --overwrite
    ;;
  switch)
    kubectl label namespace/many iambridge.io/mode=kiam --overwrite
    ;;
  rehearse)
    kubectl label namespace/many iambridge.io/mode- iambridge.io/target- --overwrite
    ;;
  service-accounts)
    kubectl annotate -n many serviceaccount/worker-9 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-8 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-7 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-6 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-5 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-4 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-3 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-2 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-12 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-11 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-10 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-1 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-9 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-8 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-7 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-6 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-5 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-4 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-3 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-2 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-12 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-11 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-10 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mixed-1 --overwrite eks.amazonaws.com/role-arn-
    ;;
  trust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name many --policy-document file://rollback/trust/many.json
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
