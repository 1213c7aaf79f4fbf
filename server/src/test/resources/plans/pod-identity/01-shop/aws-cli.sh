#!/bin/sh
# Migration of namespace shop
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
    in_account 123456789012 aws iam update-assume-role-policy --role-name shop-cart --policy-document file://trust/shop-cart.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name shop-web --policy-document file://trust/shop-web.json
    ;;
  service-accounts)
    kubectl apply --server-side --field-manager=iambridge-plan -f service-accounts.yaml
    in_account 123456789012 aws eks create-pod-identity-association --cluster-name sandbox --namespace shop --service-account cart --role-arn arn:aws:iam::123456789012:role/shop-cart
    in_account 123456789012 aws eks create-pod-identity-association --cluster-name sandbox --namespace shop --service-account web-shop-web --role-arn arn:aws:iam::123456789012:role/shop-web
    in_account 123456789012 aws eks create-pod-identity-association --cluster-name sandbox --namespace shop --service-account worker --role-arn arn:aws:iam::123456789012:role/shop-cart
    ;;
  rehearse)
    kubectl label namespace/shop iambridge.io/mode=rehearse iambridge.io/target=pod-identity --overwrite
    ;;
  check)
    iambridge-server migration status -n shop
    ;;
  workloads)
    kubectl patch -n shop deployment/web --type=strategic --patch-file=kustomize/patch-deployment-web.yaml
    kubectl rollout status -n shop deployment/web --timeout=10m
    kubectl patch -n shop deployment/worker --type=strategic --patch-file=kustomize/patch-deployment-worker.yaml
    kubectl rollout status -n shop deployment/worker --timeout=10m
    ;;
  check-again)
    iambridge-server migration status -n shop
    ;;
  switch)
    kubectl label namespace/shop iambridge.io/mode=pod-identity --overwrite
    ;;
  watch)
    iambridge-server migration status -n shop
    ;;
  restart)
    kubectl rollout restart -n shop statefulset/cart
    ;;
  retire)
    kubectl label namespace/shop iambridge.io/mode=retired --overwrite
    ;;
  untrust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name shop-cart --policy-document file://retire/shop-cart.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name shop-web --policy-document file://retire/shop-web.json
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
