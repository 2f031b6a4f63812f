#!/usr/bin/env bash
# Installs what the lab and the `real` lane need from Debian. Starts nothing. Safe to run again.
# Usage: install.sh [clients|base|openstack|all]
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LOG=$(mktemp)

# Packages must not start daemons: the lab starts them by hand.
made_policy=0
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; made_policy=1
fi
trap '[ $made_policy = 1 ] && rm -f /usr/sbin/policy-rc.d; rm -f "$LOG"' EXIT

add() {
  local missing=()
  for package in "$@"; do dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] && return 0
  apt-get update -qq > "$LOG" 2>&1 || true
  apt-get -y -q -o DPkg::Lock::Timeout=900 -o Dpkg::Options::=--force-confold install --no-install-recommends "${missing[@]}" > "$LOG" 2>&1 || { tail -n 20 "$LOG"; return 1; }
}

clients() {
  add curl jq nginx-light prometheus prometheus-alertmanager prometheus-node-exporter python3-openstackclient python3-magnumclient python3-heatclient postgresql skopeo docker-registry
  # Another package may bring kubectl already; two cannot own the same file.
  command -v kubectl > /dev/null || add kubernetes-client
}
base() { add curl jq openssl mariadb-server memcached apache2 libapache2-mod-wsgi-py3 libapache2-mod-auth-openidc keystone python3-pymysql python3-memcache; }
openstack() { add rabbitmq-server uwsgi-plugin-python3 magnum-api magnum-conductor heat-api heat-engine glance-api placement-api nova-api nova-conductor nova-scheduler python3-nova neutron-server; }

for what in "${@:-all}"; do
  for part in $([ "$what" = all ] && echo clients base openstack || echo "$what"); do
    start=$SECONDS; "$part"; echo "$part: $((SECONDS - start)) s"
  done
done
