#!/usr/bin/env bash
# Magnum API and conductor, plus the images, flavors, external network, templates and keypairs that clusters need.
. "$(cd "$(dirname "$0")" && pwd)/common.sh"
DISC=9595
mkdb magnum magnum
sec() { printf '[%s]\nauth_url = %s\nauth_type = password\nproject_domain_name = Default\nuser_domain_name = Default\nproject_name = service\nusername = magnum\npassword = %s\nregion_name = %s\n' "$1" "$KS_URL" "$PW" "$REGION"; }
cat > /etc/magnum/magnum.conf <<CONF
[DEFAULT]
transport_url = rabbit://guest:guest@$HOST:$MQ_PORT/
log_dir = /var/log/magnum
state_path = /var/lib/magnum
debug = false
host = labhost
[api]
host = $HOST
port = 9511
workers = 2
[database]
connection = $(dburl magnum magnum)
[certificates]
cert_manager_type = x509keypair
[cluster]
etcd_discovery_service_endpoint_format = http://$HOST:$DISC/new?size=%(size)d
[quotas]
max_clusters_per_project = 20
[trust]
trustee_domain_name = magnum
trustee_domain_admin_name = magnum_domain_admin
trustee_domain_admin_password = $PW
trustee_domain_admin_domain_name = magnum
trustee_keystone_interface = public
trustee_keystone_region_name = $REGION
[conductor]
workers = 1
[drivers]
send_cluster_metrics = false
verify_ca = false
[oslo_concurrency]
lock_path = /var/lib/magnum/lock
[oslo_policy]
enforce_scope = false
[keystone_authtoken]
www_authenticate_uri = $KS_URL
memcached_servers = $HOST:$MC_PORT
$(sec keystone_authtoken | tail -n +2)
$(sec keystone_auth)
$(for c in magnum heat nova glance neutron cinder octavia barbican; do printf '[%s_client]\nregion_name = %s\nendpoint_type = publicURL\n' $c $REGION; done)
CONF
chown root:magnum /etc/magnum/magnum.conf; chmod 640 /etc/magnum/magnum.conf
mkdir -p /var/lib/magnum/lock /var/lib/magnum/certificates /var/log/magnum; chown -R magnum:magnum /var/lib/magnum /var/log/magnum
run_as() { local u=$1; shift; (cd /; setpriv --reuid "$u" --regid "$(id -g "$u")" --init-groups env HOME=/var/lib/$u "$@"); }
run_as magnum magnum-db-manage upgrade > "$STATE/log/sync-magnum.log" 2>&1
cp "$HERE/fake_discovery.py" "$STATE/etc/"; start discovery nobody /usr/bin/python3 "$STATE/etc/fake_discovery.py" $DISC
start magnum-api magnum uwsgi_python3 --http-socket $HOST:9511 --wsgi-file /usr/bin/magnum-api-wsgi --master --die-on-term --enable-threads --lazy-apps --processes 2 --threads 8 --buffer-size 65535 --chdir /var/lib/magnum --add-header 'Connection: close' --thunder-lock --listen 100
start magnum-conductor magnum magnum-conductor
wait_http http://$HOST:9511/

cat > "$STATE/etc/resources.py" <<'PY'
import json, subprocess, sys, time, urllib.error, urllib.request
KS, PW, NODE, LOGIN = sys.argv[1:5]
def call(m, u, b=None, tok=None, ctype='application/json', raw=None):
    r = urllib.request.Request(u, method=m, data=raw if raw is not None else json.dumps(b).encode() if b is not None else None, headers={'Content-Type': ctype, **({'X-Auth-Token': tok} if tok else {})})
    with urllib.request.urlopen(r, timeout=180) as f:
        t = f.read(); return (json.loads(t) if t else None), f.headers
def login(scope):
    return call('POST', KS + '/auth/tokens', {'auth': {'identity': {'methods': ['password'], 'password': {'user': {'name': 'admin', 'domain': {'id': 'default'}, 'password': PW}}}, 'scope': scope}})[1]['X-Subject-Token']
T = login({'project': {'name': 'admin', 'domain': {'id': 'default'}}})
G, N, C = 'http://127.0.0.1:9292/v2', 'http://127.0.0.1:9696/v2.0', 'http://127.0.0.1:8774/v2.1'
for name, distro in (('fedora-coreos-37', 'fedora-coreos'), ('ubuntu-22.04', 'ubuntu')):
    if not call('GET', f'{G}/images?name={name}', tok=T)[0]['images']:
        i = call('POST', f'{G}/images', {'name': name, 'disk_format': 'raw', 'container_format': 'bare', 'visibility': 'public', 'os_distro': distro}, T)[0]['id']
        call('PUT', f'{G}/images/{i}/file', tok=T, ctype='application/octet-stream', raw=b'\0' * 1024)
have = [f['name'] for f in call('GET', f'{C}/flavors', tok=T)[0]['flavors']]
# m1.huge fits on no host: a cluster of it fails with Nova's own "No valid host was found".
for n, v, r, d in (('m1.small', 1, 2048, 20), ('m1.medium', 2, 4096, 40), ('m1.large', 4, 8192, 80), ('m1.huge', 4000, 4194304, 80)):
    if n not in have: call('POST', f'{C}/flavors', {'flavor': {'name': n, 'vcpus': v, 'ram': r, 'disk': d, 'id': n.replace('.', '-')}}, T)
if not call('GET', f'{N}/networks?name=public', tok=T)[0]['networks']:
    n = call('POST', f'{N}/networks', {'network': {'name': 'public', 'router:external': True, 'provider:network_type': 'flat', 'provider:physical_network': 'public', 'shared': False}}, T)[0]['network']['id']
    call('POST', f'{N}/subnets', {'subnet': {'network_id': n, 'ip_version': 4, 'cidr': '172.24.0.0/16', 'enable_dhcp': False, 'name': 'public-subnet'}}, T)
M = 'http://127.0.0.1:9511/v1'
have = [t['name'] for t in call('GET', f'{M}/clustertemplates', tok=T)[0]['clustertemplates']]
for n, flavor in (('k8s-1.24-small', 'm1.small'), ('k8s-1.24-huge', 'm1.huge')):
    if n not in have: call('POST', f'{M}/clustertemplates', {'name': n, 'coe': 'kubernetes', 'image_id': 'fedora-coreos-37', 'flavor_id': flavor, 'master_flavor_id': flavor, 'external_network_id': 'public',
        'network_driver': 'calico', 'floating_ip_enabled': False, 'master_lb_enabled': False, 'public': True, 'labels': {'kube_tag': 'v1.24.9'}}, T)
# A keypair for each of two federated users: they sign in as in a browser.
def federated(user, project):
    access = json.loads(subprocess.run([NODE, LOGIN, user], check=True, capture_output=True, text=True).stdout)['access_token']
    r = urllib.request.Request(KS + '/OS-FEDERATION/identity_providers/lab/protocols/openid/auth', method='POST', headers={'Authorization': 'Bearer ' + access})
    with urllib.request.urlopen(r, timeout=60) as f: unscoped = f.headers['X-Subject-Token']
    return call('POST', KS + '/auth/tokens', {'auth': {'identity': {'methods': ['token'], 'token': {'id': unscoped}}, 'scope': {'project': {'name': project, 'domain': {'name': 'tenants'}}}}})[1]['X-Subject-Token']
for user, project in (('alice', 'team-a-prod'), ('bob', 'team-b-prod')):
    own = federated(user, project)
    if 'lab-key' not in [k['keypair']['name'] for k in call('GET', f'{C}/os-keypairs', tok=own)[0]['keypairs']]:
        call('POST', f'{C}/os-keypairs', {'keypair': {'name': 'lab-key'}}, own)
PY
/usr/bin/python3 "$STATE/etc/resources.py" $KS_URL $PW "$(command -v node)" "$STATE/idp/login.mjs"
echo "magnum: http://$HOST:9511/v1"
cp "$HERE/fake_nodes.py" "$STATE/etc/"; start fake-nodes nobody /usr/bin/python3 "$STATE/etc/fake_nodes.py" $KS_URL $PW "$STATE/run"
