#!/usr/bin/env bash
# RabbitMQ, Glance, Placement, Nova (fake hypervisor), Neutron (no real agents) and Heat: what Magnum needs below it.
. "$(cd "$(dirname "$0")" && pwd)/common.sh"
MQ=rabbit://guest:guest@$HOST:$MQ_PORT/
export ERL_EPMD_ADDRESS=$HOST ERL_EPMD_PORT=4369
mkdir -p "$STATE/rabbit/log"; chown -R rabbitmq "$STATE/rabbit"
printf 'listeners.tcp.local = %s:%s\nvm_memory_high_watermark.absolute = 1GB\n' $HOST $MQ_PORT > "$STATE/rabbit/rabbitmq.conf"; printf '[].\n' > "$STATE/rabbit/advanced.config"
start rabbitmq rabbitmq env ERL_EPMD_ADDRESS=$HOST RABBITMQ_NODENAME=openstack@localhost RABBITMQ_MNESIA_BASE="$STATE/rabbit" RABBITMQ_LOG_BASE="$STATE/rabbit/log" \
  RABBITMQ_CONFIG_FILE="$STATE/rabbit/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$STATE/rabbit/advanced.config" RABBITMQ_ENABLED_PLUGINS_FILE=/dev/null RABBITMQ_DIST_PORT=25673 \
  RABBITMQ_SERVER_START_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' /usr/lib/rabbitmq/bin/rabbitmq-server
for d in glance placement nova nova_api nova_cell0 neutron heat; do mkdb $d ${d%%_*}; done

# users, services and endpoints, all in one python run (the openstack command takes seconds a call)
cat > "$STATE/etc/catalog.py" <<'PY'
import json, sys, urllib.request
KS, PW = sys.argv[1], sys.argv[2]
def call(m, p, b=None, tok=None):
    r = urllib.request.Request(KS + p, method=m, data=json.dumps(b).encode() if b is not None else None, headers={'Content-Type': 'application/json', **({'X-Auth-Token': tok} if tok else {})})
    with urllib.request.urlopen(r, timeout=120) as f:
        t = f.read(); return (json.loads(t) if t else None), f.headers
b, h = call('POST', '/auth/tokens', {'auth': {'identity': {'methods': ['password'], 'password': {'user': {'name': 'admin', 'domain': {'id': 'default'}, 'password': PW}}}, 'scope': {'project': {'name': 'admin', 'domain': {'id': 'default'}}}}})
T = h['X-Subject-Token']
def ensure(coll, one, q, body):
    r = call('GET', f'/{coll}?{q}', tok=T)[0][coll]
    return r[0]['id'] if r else call('POST', f'/{coll}', {one: body}, T)[0][one]['id']
admin = ensure('roles', 'role', 'name=admin', {'name': 'admin'})
proj = ensure('projects', 'project', 'name=service&domain_id=default', {'name': 'service', 'domain_id': 'default'})
for u in ('glance', 'placement', 'nova', 'neutron', 'heat', 'magnum'):
    i = ensure('users', 'user', f'name={u}&domain_id=default', {'name': u, 'domain_id': 'default', 'password': PW})
    call('PUT', f'/projects/{proj}/users/{i}/roles/{admin}', tok=T)
for dom in ('heat', 'magnum'):   # Heat's stack users and Magnum's trustees live in domains of their own
    d = ensure('domains', 'domain', f'name={dom}', {'name': dom})
    i = ensure('users', 'user', f'name={dom}_domain_admin&domain_id={d}', {'name': f'{dom}_domain_admin', 'domain_id': d, 'password': PW})
    call('PUT', f'/domains/{d}/users/{i}/roles/{admin}', tok=T)
demo = ensure('projects', 'project', 'name=demo&domain_id=default', {'name': 'demo', 'domain_id': 'default'})
i = ensure('users', 'user', 'name=demo&domain_id=default', {'name': 'demo', 'domain_id': 'default', 'password': PW})
for r in ('member', 'heat_stack_owner'):
    call('PUT', f'/projects/{demo}/users/{i}/roles/{ensure("roles", "role", "name=" + r, {"name": r})}', tok=T)
S = {'glance': ('image', 'http://127.0.0.1:9292'), 'placement': ('placement', 'http://127.0.0.1:8778'), 'nova': ('compute', 'http://127.0.0.1:8774/v2.1'),
     'neutron': ('network', 'http://127.0.0.1:9696'), 'heat': ('orchestration', 'http://127.0.0.1:8004/v1/%(project_id)s'), 'magnum': ('container-infra', 'http://127.0.0.1:9511/v1')}
for n, (t, u) in S.items():
    s = ensure('services', 'service', f'type={t}', {'name': n, 'type': t})
    for i in ('public', 'internal', 'admin'):
        ensure('endpoints', 'endpoint', f'service_id={s}&interface={i}', {'service_id': s, 'interface': i, 'url': u, 'region': 'RegionOne'})
PY
/usr/bin/python3 "$STATE/etc/catalog.py" $KS_URL $PW

authtoken() { cat <<CONF
[keystone_authtoken]
www_authenticate_uri = $KS_URL
auth_url = $KS_URL
memcached_servers = $HOST:$MC_PORT
auth_type = password
project_domain_name = Default
user_domain_name = Default
project_name = service
username = $1
password = $PW
region_name = $REGION
CONF
}
client() { cat <<CONF
[$1]
auth_url = $KS_URL
auth_type = password
project_domain_name = Default
user_domain_name = Default
region_name = $REGION
project_name = service
username = $2
password = $PW
CONF
}
conf() { cat > "/etc/$1/$2"; chown root:"$1" "/etc/$1/$2"; chmod 640 "/etc/$1/$2"; mkdir -p "/var/lib/$1/lock" "/var/log/$1"; chown -R "$1:$1" "/var/lib/$1" "/var/log/$1"; }
run_as() { local u=$1; shift; (cd /; setpriv --reuid "$u" --regid "$(id -g "$u")" --init-groups env HOME=/var/lib/$u "$@"); }
wsgi() { # NAME USER PORT FILE [PROCESSES THREADS]
  start "$1" "$2" uwsgi_python3 --http-socket $HOST:$3 --wsgi-file "$4" --master --die-on-term --enable-threads --lazy-apps --processes ${5:-2} --threads ${6:-4} --buffer-size 65535 --chdir /var/lib/$2 --procname-prefix-spaced "$1" --add-header 'Connection: close' --rem-header Content-Length --thunder-lock --listen 100; }

conf glance glance-api.conf <<CONF
[DEFAULT]
enabled_backends = file:file
[database]
connection = $(dburl glance glance)
[glance_store]
default_backend = file
[file]
filesystem_store_datadir = /var/lib/glance/images
[paste_deploy]
flavor = keystone
$(authtoken glance)
CONF
mkdir -p /var/lib/glance/images; chown glance /var/lib/glance/images
conf placement placement.conf <<CONF
[placement_database]
connection = $(dburl placement placement)
[api]
auth_strategy = keystone
$(authtoken placement)
CONF
conf nova nova.conf <<CONF
[DEFAULT]
transport_url = $MQ
my_ip = $HOST
host = fakehost
compute_driver = fake.FakeDriver
state_path = /var/lib/nova
log_dir = /var/log/nova
enabled_apis = osapi_compute
osapi_compute_workers = 1
instances_path = /var/lib/nova/instances
[api_database]
connection = $(dburl nova_api nova)
[database]
connection = $(dburl nova nova)
[conductor]
workers = 1
[quota]
instances = -1
cores = -1
ram = -1
server_groups = -1
server_group_members = -1
[scheduler]
workers = 1
[oslo_concurrency]
lock_path = /var/lib/nova/lock
[vnc]
enabled = false
[glance]
api_servers = http://$HOST:9292
$(client placement placement)
$(client neutron neutron)
$(client service_user nova)
$(authtoken nova)
CONF
conf neutron neutron.conf <<CONF
[DEFAULT]
core_plugin = ml2
service_plugins = router
transport_url = $MQ
bind_host = $HOST
api_workers = 1
rpc_workers = 1
rpc_state_report_workers = 0
agent_down_time = 99999999
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
dhcp_agent_notification = false
allow_overlapping_ips = true
[quotas]
quota_network = -1
quota_router = -1
quota_port = -1
quota_subnet = -1
quota_security_group = -1
quota_security_group_rule = -1
quota_floatingip = -1
[database]
connection = $(dburl neutron neutron)
[oslo_concurrency]
lock_path = /var/lib/neutron/lock
$(client nova nova)
$(authtoken neutron)
CONF
mkdir -p /etc/neutron/plugins/ml2
cat > /etc/neutron/plugins/ml2/ml2_conf.ini <<CONF
[ml2]
type_drivers = flat,vxlan
tenant_network_types = vxlan
mechanism_drivers = openvswitch
[ml2_type_flat]
flat_networks = public
[ml2_type_vxlan]
vni_ranges = 1:100000
CONF
conf heat heat.conf <<CONF
[DEFAULT]
transport_url = $MQ
num_engine_workers = 1
heat_metadata_server_url = http://$HOST:8000
heat_waitcondition_server_url = http://$HOST:8000/v1/waitcondition
stack_user_domain_name = heat
stack_domain_admin = heat_domain_admin
stack_domain_admin_password = $PW
auth_encryption_key = 0123456789abcdef0123456789abcdef
deferred_auth_method = trusts
max_stacks_per_tenant = 5000
region_name_for_services = $REGION
log_dir = /var/log/heat
[database]
connection = $(dburl heat heat)
[clients_keystone]
auth_uri = $KS_URL
[heat_api]
bind_host = $HOST
workers = 1
# no project here: Heat adds a trust to it, and "Authentication cannot be scoped to multiple targets"
$(client trustee heat | grep -v project)
$(authtoken heat)
CONF
wait_tcp $MQ_PORT
run_as glance glance-manage db_sync > "$STATE/log/sync.log" 2>&1 &
run_as placement placement-manage db sync > "$STATE/log/sync-placement.log" 2>&1 & wait
run_as heat heat-manage db_sync >> "$STATE/log/sync.log" 2>&1 &
run_as neutron neutron-db-manage --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini upgrade heads > "$STATE/log/sync-neutron.log" 2>&1 & wait
run_as nova nova-manage api_db sync > "$STATE/log/sync-nova.log" 2>&1
run_as nova nova-manage cell_v2 map_cell0 --database_connection "$(dburl nova_cell0 nova)" >> "$STATE/log/sync-nova.log" 2>&1
# Asked of the database: a pipe into grep -q ends nova-manage before it is done, which pipefail takes for a failure.
[ "$(sql nova_api -N -e "SELECT COUNT(*) FROM cell_mappings WHERE name = 'cell1'")" -gt 0 ] || run_as nova nova-manage cell_v2 create_cell --name=cell1 >> "$STATE/log/sync-nova.log" 2>&1
run_as nova nova-manage db sync >> "$STATE/log/sync-nova.log" 2>&1

wsgi glance-api glance 9292 /usr/bin/glance-wsgi-api
wsgi placement-api placement 8778 /usr/bin/placement-api
# Nova's API is patched by eventlet: on threads of uWSGI it now and then loses what it casts ("cannot switch to a different
# thread"), and a server stays in BUILD for ever.
wsgi nova-api nova 8774 /usr/bin/nova-api-wsgi 4 1
wsgi heat-api heat 8004 /usr/bin/heat-wsgi-api
start neutron-server neutron neutron-server --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini --log-file /var/log/neutron/neutron-server.log
start nova-conductor nova nova-conductor
start nova-scheduler nova nova-scheduler
wait_http http://$HOST:8778/; wait_http http://$HOST:9696/ 120; wait_http http://$HOST:9292/
start nova-compute nova /usr/bin/python3 -c 'import sys; sys.argv=["nova-compute"]; from nova.cmd.compute import main; main()'
start heat-engine heat heat-engine
# A made-up Open vSwitch agent on the fake host, so that ML2 can bind ports. Its heartbeat never gets old (agent_down_time).
sql neutron -e "INSERT INTO agents (id,agent_type,\`binary\`,topic,host,admin_state_up,created_at,started_at,heartbeat_timestamp,configurations,\`load\`)
 SELECT UUID(),'Open vSwitch agent','neutron-openvswitch-agent','N/A','fakehost',1,UTC_TIMESTAMP(),UTC_TIMESTAMP(),UTC_TIMESTAMP(),
 '{\"bridge_mappings\":{\"public\":\"br-ex\"},\"tunnel_types\":[\"vxlan\"],\"tunneling_ip\":\"127.0.0.1\",\"datapath_type\":\"system\"}',0
 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM agents WHERE host='fakehost');"
for _ in $(seq 60); do run_as nova nova-manage cell_v2 discover_hosts >> "$STATE/log/sync-nova.log" 2>&1; [ "$(sql nova_api -N -e 'SELECT COUNT(*) FROM host_mappings')" -gt 0 ] && break; sleep 2; done
echo "cloud: glance 9292, placement 8778, nova 8774, neutron 9696, heat 8004, rabbit $MQ_PORT"
