#!/usr/bin/env bash
# install-clients.sh: Debian's OpenStack clients (openstack with the plugins of Magnum and Heat), and kubectl where it is missing. Twice changes nothing.
set -euo pipefail
want=()
for package in python3-openstackclient python3-magnumclient python3-heatclient openssl; do
  [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || want+=("$package")
done
command -v kubectl >/dev/null || want+=(kubernetes-client)
[ ${#want[@]} -eq 0 ] && exit 0
sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends "${want[@]}"
