#!/usr/bin/env bash
# Brings the lab up; prints how long each part took. `up.sh keystone` is enough for sign-in tests.
set -euo pipefail
cd "$(dirname "$0")"; LAB_DIR=${LAB_DIR:-${TMPDIR:-/tmp}/portal-lab}; export LAB_DIR
t() { local start=$SECONDS; "$@"; echo "== $* : $((SECONDS - start)) s"; }
t ./install.sh base; t ./keystone.sh
[ "${1:-all}" = keystone ] || { t ./install.sh openstack; t ./cloud.sh; t ./magnum.sh; }
