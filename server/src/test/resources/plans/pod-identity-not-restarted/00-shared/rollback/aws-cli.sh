#!/bin/sh
# The way back, of what namespaces have in common
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

case "${1:-}" in
  *)
    echo "usage: ./aws-cli.sh STEP, one of:" >&2
    exit 2
    ;;
esac
