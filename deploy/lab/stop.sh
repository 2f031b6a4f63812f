#!/usr/bin/env bash
# Stops what the lab started, by its pid files, in the reverse order. `stop.sh --wipe` also drops the data.
. "$(cd "$(dirname "$0")" && pwd)/common.sh"
for n in fake-nodes magnum-conductor magnum-api discovery heat-engine nova-compute nova-scheduler nova-conductor neutron-server heat-api nova-api placement-api glance-api rabbitmq apache-keystone idp memcached mariadb; do stop_one $n; done
if [ "${1:-}" = --wipe ]; then rm -rf "$STATE"/{mysql,rabbit,secret,run,log,apache} /etc/keystone/fernet-keys/[0-9]* /etc/keystone/credential-keys/[0-9]* /var/lib/glance/images/* /var/lib/magnum/certificates/*; fi
