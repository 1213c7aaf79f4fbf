#!/bin/sh
# Migration of namespace team-a
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
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-api --policy-document file://trust/team-a-api.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-front --policy-document file://trust/team-a-front.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-report --policy-document file://trust/team-a-report.json
    ;;
  service-accounts)
    kubectl apply --server-side --field-manager=iambridge-plan -f service-accounts.yaml
    ;;
  rehearse)
    kubectl label namespace/team-a iambridge.io/mode=rehearse iambridge.io/target=irsa --overwrite
    ;;
  check)
    iambridge-server migration status -n team-a
    ;;
  workloads)
    kubectl patch -n team-a cronjob/report --type=strategic --patch-file=kustomize/patch-cronjob-report.yaml
    kubectl patch -n team-a daemonset/collector --type=strategic --patch-file=kustomize/patch-daemonset-collector.yaml
    kubectl rollout status -n team-a daemonset/collector --timeout=10m
    kubectl patch -n team-a deployment/api --type=strategic --patch-file=kustomize/patch-deployment-api.yaml
    kubectl rollout status -n team-a deployment/api --timeout=10m
    kubectl patch -n team-a deployment/collector-api --type=strategic --patch-file=kustomize/patch-deployment-collector-api.yaml
    kubectl rollout status -n team-a deployment/collector-api --timeout=10m
    kubectl patch -n team-a deployment/front --type=strategic --patch-file=kustomize/patch-deployment-front.yaml
    kubectl rollout status -n team-a deployment/front --timeout=10m
    ;;
  check-again)
    iambridge-server migration status -n team-a
    ;;
  switch)
    kubectl label namespace/team-a iambridge.io/mode=irsa --overwrite
    ;;
  watch)
    iambridge-server migration status -n team-a
    ;;
  restart)
    kubectl rollout restart -n team-a deployment/annotated
    kubectl rollout restart -n team-a deployment/audience
    ;;
  retire)
    kubectl label namespace/team-a iambridge.io/mode=retired --overwrite
    ;;
  untrust)
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-api --policy-document file://retire/team-a-api.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-front --policy-document file://retire/team-a-front.json
    in_account 123456789012 aws iam update-assume-role-policy --role-name team-a-report --policy-document file://retire/team-a-report.json
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
