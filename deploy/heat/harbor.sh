#!/bin/bash
# Makes an instance a Harbor; user data of harbor.yaml. No password and no key stands here: those are made on the instance.
# What does stand here is the address that ends the stack's wait, with a token that can do nothing else.
set -Eeuo pipefail
umask 077
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

HARBOR_HOST='@HOSTNAME@'
VOLUME='@VOLUME@'
INSTALLER='@INSTALLER@'
MIRROR='@MIRROR@'
SHA256='@SHA256@'
DATA=/data
OWN=$DATA/portal            # what must be the same on the next instance
STEP=begin

bootstrap_key() {
  cat <<'KEY'
@KEY@
KEY
}

# One JSON document; everything in it is ours or base64, so nothing needs quoting.
signal() { # STATUS REASON DATA
  printf '{"status":"%s","id":"harbor","reason":"%s","data":"%s"}' "$1" "$2" "$3" > /run/harbor-signal
  @SIGNAL@ --silent --show-error --fail --retry 20 --retry-delay 6 --retry-connrefused --max-time 30 --output /dev/null --data-binary @/run/harbor-signal
}

# Says in which step it failed and nothing else: a command's words might hold a secret.
failed() {
  trap - ERR
  signal FAILURE "the step $STEP failed; see /var/log/cloud-init-output.log on the instance" "" || true
  exit 1
}

random() { head -c 64 /dev/urandom | base64 -w 0 | tr -dc 'A-Za-z0-9' | cut -c 1-32; }

# The hypervisors name a volume by the first 20 characters of its id (virtio) or by all of it (SCSI).
device() {
  local name
  for name in "virtio-${VOLUME:0:20}" "scsi-0QEMU_QEMU_HARDDISK_$VOLUME" "scsi-SQEMU_QEMU_HARDDISK_$VOLUME"; do
    [ -b "/dev/disk/by-id/$name" ] && readlink -f "/dev/disk/by-id/$name" && return 0
  done
  return 1
}

wait_for() { # SECONDS COMMAND...
  local end=$((SECONDS + $1)); shift
  until "$@" > /dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 3; done
}

# Empty means: no file system, no partition table, no LVM, and the first MiB is zeros.
is_empty() { # DEVICE
  [ -z "$(blkid -p -o value -s TYPE "$1" || true)" ] && [ -z "$(blkid -p -o value -s PTTYPE "$1" || true)" ] && cmp -s -n 1048576 "$1" /dev/zero
}

# What is neither empty nor ext4 or XFS is left alone.
mount_volume() { # DEVICE FOLDER
  if is_empty "$1"; then
    mkfs.ext4 -q -L harbor "$1"
  fi
  case "$(blkid -p -o value -s TYPE "$1" || true)" in ext4 | xfs) ;; *) return 1 ;; esac
  mkdir -p "$2"
  printf 'UUID=%s %s auto defaults,nofail 0 2\n' "$(blkid -p -o value -s UUID "$1")" "$2" >> /etc/fstab
  mount "$2"
}

fetch_installer() {
  [ -n "$MIRROR" ] || return 0
  [ -n "$SHA256" ] || return 1
  curl --silent --show-error --fail --location --retry 5 --output /var/tmp/harbor.tgz "$MIRROR"
  printf '%s  /var/tmp/harbor.tgz\n' "$SHA256" | sha256sum --check --status
  mkdir -p "$INSTALLER"
  tar -xzf /var/tmp/harbor.tgz -C "$INSTALLER" --strip-components 1
  rm -f /var/tmp/harbor.tgz
}

# A certificate of its own on a new volume; a site puts its own in place of it (harbor.crt, harbor.key) and runs prepare again.
make_certificate() { # FOLDER
  mkdir -p "$1"
  [ -s "$1/harbor.crt" ] && return 0
  openssl req -x509 -newkey rsa:3072 -nodes -days 825 -sha256 -subj "/CN=$HARBOR_HOST" -addext "subjectAltName=DNS:$HARBOR_HOST" -keyout "$1/harbor.key" -out "$1/harbor.crt" 2> /dev/null
}

# Harbor takes the administrator's password at the first start of an empty database only; the database's own must stay the same.
# The first password lies on the volume until Harbor has said that it is up, so that an instance that dies on the way loses nothing.
make_secrets() { # FOLDER DATABASE-FOLDER; gives the administrator's password, and says by its status whether it is the first one
  mkdir -p "$1"
  [ -s "$1/database-password" ] || random > "$1/database-password"
  if [ -d "$2" ] && [ ! -s "$1/first-password" ]; then
    printf 'Aa1%s' "$(random)"
    return 1
  fi
  [ -s "$1/first-password" ] || printf 'Aa1%s' "$(random)" > "$1/first-password"
  cat "$1/first-password"
}

# The installer's own template of its version, with four lines changed; each is looked for afterwards.
configure() { # TEMPLATE RESULT DATABASE-PASSWORD ADMIN-PASSWORD
  sed -e "s|^hostname: .*|hostname: $HARBOR_HOST|" \
      -e "s|^\(  *certificate: \)/your.*|\1$DATA/cert/harbor.crt|" \
      -e "s|^\(  *private_key: \)/your.*|\1$DATA/cert/harbor.key|" \
      -e "s|^data_volume: .*|data_volume: $DATA|" \
      -e "/^database:/,/^[a-z]/ s|^\(  password: \).*|\1$3|" \
      -e "s|^harbor_admin_password: .*|harbor_admin_password: $4|" "$1" > "$2"
  local line
  for line in "hostname: $HARBOR_HOST" "  certificate: $DATA/cert/harbor.crt" "  private_key: $DATA/cert/harbor.key" "data_volume: $DATA" "  password: $3" "harbor_admin_password: $4"; do
    grep -qxF -- "$line" "$2" || return 1
  done
}

# Only who has the private half of the key can read it.
encrypted() { # PASSWORD
  bootstrap_key > /run/harbor-bootstrap.pem
  printf '%s' "$1" | openssl pkeyutl -encrypt -pubin -inkey /run/harbor-bootstrap.pem -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256 | base64 -w 0
}

# Always 200: the components tell.
healthy() {
  local body
  body=$(curl --silent --insecure --fail --max-time 10 --resolve "$HARBOR_HOST:443:127.0.0.1" "https://$HARBOR_HOST/api/v2.0/health")
  [[ $body == *'"healthy"'* && $body != *'"unhealthy"'* ]]
}

# {"kept":…,"certificate":…,"password":…}, in base64.
data() { # KEPT PASSWORD
  printf '{"kept":%s,"certificate":"%s","password":"%s"}' "$1" "$(base64 -w 0 < "$DATA/cert/harbor.crt")" "$2" | base64 -w 0
}

main() {
  trap failed ERR
  STEP=volume
  wait_for 600 device
  mount_volume "$(device)" "$DATA"
  STEP=installer
  fetch_installer
  STEP=configuration
  local kept=false password='' secret=''
  make_certificate "$DATA/cert"
  password=$(make_secrets "$OWN" "$DATA/database") || kept=true
  configure "$INSTALLER/harbor.yml.tmpl" "$INSTALLER/harbor.yml" "$(cat "$OWN/database-password")" "$password"
  [ "$kept" = true ] || secret=$(encrypted "$password")
  STEP=start
  (cd "$INSTALLER" && ./install.sh --with-trivy)
  STEP=health
  wait_for 900 healthy
  STEP=signal
  signal SUCCESS "Harbor answers" "$(data "$kept" "$secret")"
  rm -f "$OWN/first-password"
}

# A test takes the functions alone.
[ "${HARBOR_FUNCTIONS:-}" = only ] || main
