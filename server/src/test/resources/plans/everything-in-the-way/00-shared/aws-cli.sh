#!/bin/sh
# Migration of what namespaces have in common
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

# ARN URL AUDIENCE...: makes it where there is none; else adds the audiences.
create_provider() {
  arn=$1
  url=$2
  shift 2
  if aws iam get-open-id-connect-provider --open-id-connect-provider-arn "$arn" >/dev/null 2>&1; then
    echo "$arn is there already."
    for audience in "$@"; do
      aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn "$arn" \
        --client-id "$audience"
    done
  else
    aws iam create-open-id-connect-provider --url "$url" --client-id-list "$@"
  fi
}

case "${1:-}" in
  trust)
    in_account 123456789012 create_provider arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7 https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B7 sts.amazonaws.com
    ;;
  *)
    echo "usage: ./aws-cli.sh STEP, one of:" >&2
    echo "  trust" >&2
    exit 2
    ;;
esac
