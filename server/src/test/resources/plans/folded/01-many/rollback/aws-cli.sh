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
    in_account 123456789012 aws iam update-assume-role-policy --role-name mixed --policy-document file://trust/mixed.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name other --policy-document file://trust/other.json
    ;;
  retire)
    kubectl label namespace/many iambridge.io/mode=irsa --overwrite
    ;;
  switch)
    kubectl label namespace/many iambridge.io/mode=kiam --overwrite
    ;;
  rehearse)
    kubectl label namespace/many iambridge.io/mode- --overwrite
    ;;
  service-accounts)
    kubectl annotate -n many serviceaccount/mix-a26 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-b1 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-b27 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-c2 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-c28 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-d29 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-d3 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-e30 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-e4 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-f31 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-f5 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-g32 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-g6 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-h33 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-h7 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-i34 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-i8 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-j35 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-j9 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-k10 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-k36 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-l11 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-l37 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-m12 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-m38 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-n13 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-n39 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-o14 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-o40 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-p15 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-q16 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-r17 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-s18 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-t19 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-u20 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-v21 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-w22 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-x23 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-y24 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/mix-z25 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-1 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-10 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-11 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-12 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-13 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-14 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-15 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-16 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-17 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-18 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-19 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-2 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-20 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-21 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-22 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-23 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-24 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-25 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-26 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-27 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-28 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-29 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-3 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-30 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-31 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-32 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-33 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-34 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-35 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-36 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-37 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-38 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-39 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-4 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-40 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-5 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-6 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-7 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-8 --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n many serviceaccount/worker-9 --overwrite eks.amazonaws.com/role-arn-
    ;;
  trust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name many --policy-document file://rollback/trust/many.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name mixed --policy-document file://rollback/trust/mixed.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name other --policy-document file://rollback/trust/other.json
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
