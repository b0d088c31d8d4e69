#!/bin/sh
# Hand ../terraform over to Infrastructure Manager: sh apply.sh NAME VARIABLES
# The environment names PROJECT, REGION and SERVICE_ACCOUNT, the identity that Google acts as.
set -eu

name="$1"
variables="$(cd "$(dirname "$2")" && pwd)/$(basename "$2")"
here="$(cd "$(dirname "$0")" && pwd)"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp "$here/../terraform/"*.tf "$work/"
# Infrastructure Manager reads terraform.tfvars of the uploaded folder; the .auto name is read whatever its engine.
cp "$variables" "$work/choices.auto.tfvars.json"

gcloud infra-manager deployments apply "projects/$PROJECT/locations/$REGION/deployments/$name" \
  --service-account="projects/$PROJECT/serviceAccounts/$SERVICE_ACCOUNT" \
  --local-source="$work"
