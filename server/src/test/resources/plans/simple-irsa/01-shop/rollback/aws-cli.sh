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

# CLUSTER NAMESPACE ACCOUNT
delete_pod_identity_association() {
  id=$(aws eks list-pod-identity-associations --cluster-name "$1" --namespace "$2" \
    --service-account "$3" --query 'associations[0].associationId' --output text)
  aws eks delete-pod-identity-association --cluster-name "$1" --association-id "$id"
}

case "${1:-}" in
  untrust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name shop-web --policy-document file://trust/shop-web.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name shop-cart --policy-document file://trust/shop-cart.json
    ;;
  retire)
    kubectl label namespace/shop iambridge.io/mode=irsa --overwrite
    ;;
  switch)
    kubectl label namespace/shop iambridge.io/mode=kiam --overwrite
    ;;
  rehearse)
    kubectl label namespace/shop iambridge.io/mode- iambridge.io/target- --overwrite
    ;;
  service-accounts)
    kubectl annotate -n shop serviceaccount/web --overwrite eks.amazonaws.com/role-arn-
    kubectl annotate -n shop serviceaccount/cart --overwrite eks.amazonaws.com/role-arn-
    ;;
  trust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name shop-web --policy-document file://rollback/trust/shop-web.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name shop-cart --policy-document file://rollback/trust/shop-cart.json
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
