# Sourced by every script. All state lives under $LAB_DIR/openstack.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_DIR=${LAB_DIR:-${TMPDIR:-/tmp}/portal-lab}; STATE=$LAB_DIR/openstack
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset PYTHONDONTWRITEBYTECODE || true
mkdir -p "$STATE"/{run,log,etc,secret}; chmod 755 "$LAB_DIR" "$STATE" "$STATE"/{run,log,etc}; chmod 700 "$STATE/secret"
HOST=127.0.0.1
DB_PORT=13306; MC_PORT=11311; MQ_PORT=5672
KS_PORT=5000; KS_INTRO_PORT=5001; KS_AUD_PORT=5002; IDP_PORT=9010
KS_URL=http://$HOST:$KS_PORT/v3
ISSUER=http://$HOST:$IDP_PORT
PW=labpass                     # every password in the lab; never leaves 127.0.0.1
REGION=RegionOne

pidfile() { echo "$STATE/run/$1.pid"; }
alive() { local f; f=$(pidfile "$1"); [ -s "$f" ] && kill -0 "$(cat "$f")" 2>/dev/null; }
# start NAME USER CMD...   one background process, one pid file, one log
start() { local n=$1 u=$2; shift 2
  alive "$n" && { echo "$n: already running"; return; }
  : >> "$STATE/log/$n.log"
  ( cd /; setsid setpriv --reuid "$u" --regid "$(id -g "$u")" --init-groups env HOME="$(getent passwd "$u" | cut -d: -f6)" "$@" >> "$STATE/log/$n.log" 2>&1 < /dev/null & echo $! > "$(pidfile "$n")" )
  echo "$n: pid $(cat "$(pidfile "$n")")"; }
stop_one() { local f p; f=$(pidfile "$1"); [ -s "$f" ] || return 0; p=$(cat "$f")
  kill "$p" 2>/dev/null || true; for _ in $(seq 40); do kill -0 "$p" 2>/dev/null || break; sleep .25; done
  kill -9 "$p" 2>/dev/null || true; rm -f "$f"; echo "$1: stopped"; }
wait_http() { local url=$1 n=${2:-60}; for _ in $(seq "$n"); do curl -s -o /dev/null --max-time 5 "$url" && return 0; sleep 1; done; echo "no answer from $url" >&2; return 1; }
wait_tcp() { for _ in $(seq "${2:-60}"); do (exec 3<>"/dev/tcp/$HOST/$1") 2>/dev/null && return 0; sleep 1; done; echo "nothing on port $1" >&2; return 1; }

start_db() {
  mkdir -p "$STATE/mysql"; chown mysql "$STATE/mysql"; chmod 750 "$STATE/mysql"
  [ -d "$STATE/mysql/mysql" ] || mariadb-install-db --no-defaults --user=mysql --datadir="$STATE/mysql" --auth-root-authentication-method=socket > "$STATE/log/mysql-init.log" 2>&1
  start mariadb mysql mariadbd --no-defaults --user=mysql --datadir="$STATE/mysql" --socket="$STATE/mysql/s.sock" --bind-address=$HOST --port=$DB_PORT \
    --pid-file="$STATE/mysql/mysqld.pid" --max-connections=2000 --innodb-buffer-pool-size=512M --innodb-flush-log-at-trx-commit=2 --character-set-server=utf8mb3 --collation-server=utf8mb3_general_ci
  wait_tcp $DB_PORT; }
sql() { mariadb --no-defaults --socket="$STATE/mysql/s.sock" -u root "$@"; }
mkdb() { sql -e "CREATE DATABASE IF NOT EXISTS $1; CREATE USER IF NOT EXISTS '$2'@'localhost' IDENTIFIED BY '$PW'; CREATE USER IF NOT EXISTS '$2'@'127.0.0.1' IDENTIFIED BY '$PW'; GRANT ALL ON $1.* TO '$2'@'localhost'; GRANT ALL ON $1.* TO '$2'@'127.0.0.1';"; }
dburl() { echo "mysql+pymysql://$2:$PW@$HOST:$DB_PORT/$1?charset=utf8"; }
start_memcached() { start memcached memcache memcached -l $HOST -p $MC_PORT -m 128 -U 0 2>/dev/null || start memcached nobody memcached -l $HOST -p $MC_PORT -m 128 -U 0; wait_tcp $MC_PORT; }

os_admin() { env OS_AUTH_URL=$KS_URL OS_IDENTITY_API_VERSION=3 OS_USERNAME=admin OS_PASSWORD=$PW OS_PROJECT_NAME=admin OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default OS_REGION_NAME=$REGION "$@"; }
