#!/bin/sh
# The way back, of namespace team-a
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
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-report --policy-document file://trust/team-a-report.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-front --policy-document file://trust/team-a-front.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-api --policy-document file://trust/team-a-api.json
    ;;
  retire)
    kubectl label namespace/team-a iambridge.io/mode=irsa --overwrite
    ;;
  switch)
    kubectl label namespace/team-a iambridge.io/mode=kiam --overwrite
    ;;
  workloads)
    kubectl patch -n team-a deployment/front --type=strategic --patch-file=rollback/kustomize/patch-deployment-front.yaml
    kubectl rollout status -n team-a deployment/front --timeout=10m
    kubectl patch -n team-a deployment/collector-api --type=strategic --patch-file=rollback/kustomize/patch-deployment-collector-api.yaml
    kubectl rollout status -n team-a deployment/collector-api --timeout=10m
    kubectl patch -n team-a deployment/api --type=strategic --patch-file=rollback/kustomize/patch-deployment-api.yaml
    kubectl rollout status -n team-a deployment/api --timeout=10m
    kubectl patch -n team-a daemonset/collector --type=strategic --patch-file=rollback/kustomize/patch-daemonset-collector.yaml
    kubectl rollout status -n team-a daemonset/collector --timeout=10m
    kubectl patch -n team-a cronjob/report --type=strategic --patch-file=rollback/kustomize/patch-cronjob-report.yaml
    ;;
  rehearse)
    kubectl label namespace/team-a iambridge.io/mode- iambridge.io/target- --overwrite
    ;;
  service-accounts)
    kubectl delete --ignore-not-found -n team-a serviceaccount/team-a-front
    kubectl delete --ignore-not-found -n team-a serviceaccount/team-a-collector
    kubectl delete --ignore-not-found -n team-a rolebinding/app-reader-report
    kubectl delete --ignore-not-found clusterrolebinding/app-nodes-team-a-report
    kubectl delete --ignore-not-found -n team-a serviceaccount/report
    kubectl annotate -n team-a serviceaccount/audience --overwrite eks.amazonaws.com/role-arn-
    kubectl delete --ignore-not-found -n team-a rolebinding/app-reader-api
    kubectl delete --ignore-not-found clusterrolebinding/app-nodes-team-a-api
    kubectl delete --ignore-not-found -n team-a serviceaccount/api
    ;;
  trust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-report --policy-document file://rollback/trust/team-a-report.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-front --policy-document file://rollback/trust/team-a-front.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-api --policy-document file://rollback/trust/team-a-api.json
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
