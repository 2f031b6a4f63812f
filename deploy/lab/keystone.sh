#!/usr/bin/env bash
# Database, memcached, Keystone under Apache with mod_auth_openidc, and the federation set-up.
. "$(cd "$(dirname "$0")" && pwd)/common.sh"
DASHBOARDS=("http://$HOST:8080/auth/websso/" "http://localhost:8080/auth/websso/" "http://$HOST:8080/horizon/auth/websso/" "http://$HOST:5200/auth/websso")
start_db; start_memcached
bash "$HERE/idp/idp.sh"
mkdb keystone keystone

cat > /etc/keystone/keystone.conf <<CONF
[DEFAULT]
log_dir = /var/log/keystone
public_endpoint = http://$HOST:$KS_PORT
[database]
connection = $(dburl keystone keystone)
[cache]
enabled = true
backend = dogpile.cache.pymemcache
memcache_servers = $HOST:$MC_PORT
[token]
provider = fernet
expiration = 3600
allow_rescope_scoped_token = true
[fernet_tokens]
key_repository = /etc/keystone/fernet-keys/
[identity]
# Magnum logs in as its trustee-domain administrator for every database query of a tenant request (see facts);
# the default of 12 rounds makes each of those log-ins cost about 0.2 s of CPU.
password_hash_rounds = ${PASSWORD_HASH_ROUNDS:-4}
[auth]
methods = password,token,openid,mapped,application_credential
[openid]
remote_id_attribute = OIDC-iss
[federation]
sso_callback_template = /etc/keystone/sso_callback_template.html
$(printf 'trusted_dashboard = %s\n' "${DASHBOARDS[@]}")
[oslo_policy]
enforce_scope = false
enforce_new_defaults = false
CONF
chown root:keystone /etc/keystone/keystone.conf; chmod 640 /etc/keystone/keystone.conf
# The Debian package does not put the WebSSO page in /etc: write upstream's.
cat > /etc/keystone/sso_callback_template.html <<'HTML'
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml">
  <head>
    <title>Keystone WebSSO redirect</title>
  </head>
  <body>
     <form id="sso" name="sso" action="$host" method="post">
       Please wait...
       <br/>
       <input type="hidden" name="token" id="token" value="$token"/>
       <noscript>
         <input type="submit" name="submit_no_javascript" id="submit_no_javascript"
            value="If your JavaScript is disabled, please click to continue"/>
       </noscript>
     </form>
     <script type="text/javascript">
       window.onload = function() {
         document.forms['sso'].submit();
       }
     </script>
  </body>
</html>
HTML
mkdir -p /var/log/keystone; chown keystone:keystone /var/log/keystone
as_ks() { setpriv --reuid keystone --regid keystone --init-groups "$@"; }
as_ks keystone-manage db_sync
# A run before this one leaves its application credentials; the judge uses the same names again.
sql keystone -e "DELETE FROM application_credential"
[ -e /etc/keystone/fernet-keys/0 ] || keystone-manage fernet_setup --keystone-user keystone --keystone-group keystone
[ -e /etc/keystone/credential-keys/0 ] || keystone-manage credential_setup --keystone-user keystone --keystone-group keystone
as_ks keystone-manage bootstrap --bootstrap-password $PW --bootstrap-region-id $REGION \
  --bootstrap-admin-url $KS_URL --bootstrap-internal-url $KS_URL --bootstrap-public-url $KS_URL

# Port $KS_AUD_PORT is how a site should run it: Apache asks for Keystone's own audience. Ports $KS_PORT and
# $KS_INTRO_PORT do not, as the recordings do not: every token that the provider signed is accepted there.
# --- Apache -------------------------------------------------------------------------------------
A=$STATE/apache; mkdir -p "$A"; chmod 755 "$A"
oidc_rp="
  OIDCProviderMetadataURL $ISSUER/.well-known/openid-configuration
  OIDCClientID keystone
  OIDCClientSecret $PW
  OIDCCryptoPassphrase lab-only-passphrase
  OIDCRedirectURI http://$HOST:$KS_PORT/v3/oidc-redirect
  OIDCScope \"openid profile email groups\"
  OIDCPKCEMethod S256
  OIDCResponseType code
  OIDCClaimPrefix OIDC-
  OIDCClaimDelimiter ;
  OIDCPassClaimsAs environment
  OIDCSSLValidateServer Off
  OIDCXForwardedHeaders X-Forwarded-Host X-Forwarded-Port X-Forwarded-Proto"
vhost() { # PORT GROUP OAUTH-DIRECTIVES [REQUIRE]
cat <<CONF
<VirtualHost $HOST:$1>
  ServerName $HOST
  WSGIScriptAlias / /usr/bin/keystone-wsgi-public
  WSGIProcessGroup keystone
  WSGIApplicationGroup %{GLOBAL}
  WSGIPassAuthorization On
  LimitRequestBody 114688
  ErrorLog $STATE/log/keystone-apache-$1.log
  CustomLog $STATE/log/keystone-access-$1.log combined
  $oidc_rp
$3
  # Bearer exchange: keystoneauth's v3oidcaccesstoken, and the portal.
  <Location ~ "/v3/OS-FEDERATION/identity_providers/[^/]+/protocols/openid/auth">
    AuthType oauth20
    Require ${4:-valid-user}
  </Location>
  # Browser log-in for Horizon (WebSSO).
  <Location ~ "/v3/auth/OS-FEDERATION/(websso/openid|identity_providers/[^/]+/protocols/openid/websso)">
    AuthType openid-connect
    Require valid-user
  </Location>
  <Location /v3/oidc-redirect>
    AuthType openid-connect
    Require valid-user
  </Location>
</VirtualHost>
CONF
}
M=/usr/lib/apache2/modules
cat > "$A/keystone.conf" <<CONF
ServerRoot $A
PidFile $STATE/run/apache-keystone.apache.pid
DefaultRuntimeDir $A
Mutex file:$A default
ServerName $HOST
Listen $HOST:$KS_PORT
Listen $HOST:$KS_INTRO_PORT
Listen $HOST:$KS_AUD_PORT
User www-data
Group www-data
LoadModule mpm_event_module $M/mod_mpm_event.so
LoadModule authn_core_module $M/mod_authn_core.so
LoadModule authz_core_module $M/mod_authz_core.so
LoadModule authz_user_module $M/mod_authz_user.so
LoadModule alias_module $M/mod_alias.so
LoadModule headers_module $M/mod_headers.so
LoadModule env_module $M/mod_env.so
LoadModule socache_shmcb_module $M/mod_socache_shmcb.so
LoadModule auth_openidc_module $M/mod_auth_openidc.so
LoadModule wsgi_module $M/mod_wsgi.so
LogLevel warn auth_openidc:info
ErrorLog $STATE/log/keystone-apache.log
LogFormat "%h %t \"%r\" %>s %b %D us \"%{User-agent}i\"" combined
WSGISocketPrefix $A/wsgi
WSGIDaemonProcess keystone processes=2 threads=2 user=keystone group=keystone display-name=keystone-wsgi
# Locally verified JWT access tokens
# (OIDCOAuthVerifyJwksUri and OIDCOAuthIntrospectionEndpoint accept only https URLs, so this plain-http lab
#  gives the public key as a file, and the introspection endpoint through the metadata document.)
$(vhost $KS_PORT jwt "  OIDCOAuthVerifyCertFiles lab-1#$STATE/idp/public.pem
  OIDCOAuthRemoteUserClaim sub")
# The same, for Keystone's audience only
$(vhost $KS_AUD_PORT audience "  OIDCOAuthVerifyCertFiles lab-1#$STATE/idp/public.pem
  OIDCOAuthRemoteUserClaim sub" "claim aud:urn:lab:keystone")
# Opaque (or JWT) access tokens checked by introspection
$(vhost $KS_INTRO_PORT introspection "  OIDCOAuthServerMetadataURL $ISSUER/.well-known/openid-configuration
  OIDCOAuthClientID keystone
  OIDCOAuthClientSecret $PW
  OIDCOAuthIntrospectionEndpointAuth client_secret_basic
  OIDCOAuthRemoteUserClaim sub")
CONF
alive apache-keystone && stop_one apache-keystone
start apache-keystone root apache2 -f "$A/keystone.conf" -D FOREGROUND
wait_http $KS_URL 60

# --- Federation ---------------------------------------------------------------------------------
tok=$(curl -s -D - -o /dev/null -H 'Content-Type: application/json' $KS_URL/auth/tokens -d '{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"admin","domain":{"id":"default"},"password":"'$PW'"}}},"scope":{"project":{"name":"admin","domain":{"id":"default"}}}}}' | tr -d '\r' | awk 'tolower($1)=="x-subject-token:"{print $2}')
ks() { local m=$1 p=$2; shift 2; curl -s -X "$m" -H "X-Auth-Token: $tok" -H 'Content-Type: application/json' "$KS_URL$p" "$@"; }
ensure() { # COLLECTION SINGULAR QUERY BODY -> id
  local id; id=$(ks GET "/$1?$3" | jq -r ".$1[0].id // empty"); [ -n "$id" ] || id=$(ks POST "/$1" -d "$4" | jq -r ".$2.id"); echo "$id"; }
role() { ensure roles role "name=$1" "{\"role\":{\"name\":\"$1\"}}"; }
# (a domain may not be called "federated": Keystone answers 500)
FED=$(ensure domains domain name=tenants '{"domain":{"name":"tenants","description":"Groups for OIDC users"}}')
MEMBER=$(role member); READER=$(role reader); ADMIN=$(role admin)
for r in creator heat_stack_owner heat_stack_user load-balancer_member; do role $r >/dev/null; done
for t in a b; do
  g=$(ensure groups group "name=team-$t&domain_id=$FED" "{\"group\":{\"name\":\"team-$t\",\"domain_id\":\"$FED\"}}")
  for p in prod dev; do
    id=$(ensure projects project "name=team-$t-$p&domain_id=$FED" "{\"project\":{\"name\":\"team-$t-$p\",\"domain_id\":\"$FED\"}}")
    ks PUT "/projects/$id/groups/$g/roles/$MEMBER"
    [ $p = dev ] && ks PUT "/projects/$id/groups/$g/roles/$READER"
  done
done
g=$(ensure groups group "name=platform-admins&domain_id=$FED" "{\"group\":{\"name\":\"platform-admins\",\"domain_id\":\"$FED\"}}")
adminproj=$(ks GET '/projects?name=admin&domain_id=default' | jq -r .projects[0].id)
ks PUT "/projects/$adminproj/groups/$g/roles/$ADMIN"; ks PUT "/system/groups/$g/roles/$ADMIN"
jq -n --arg iss "$ISSUER" --arg d "$FED" '{mapping:{rules:[{
  local:[{user:{name:"{0}",email:"{1}"}},{groups:"{2}",domain:{id:$d}}],
  remote:[{type:"OIDC-preferred_username"},{type:"OIDC-email"},
          {type:"OIDC-groups",whitelist:["team-a","team-b","team-unknown","platform-admins"]},
          {type:"OIDC-iss",any_one_of:[$iss]}]}]}}' > "$STATE/mapping.json"
[ "$(ks GET /OS-FEDERATION/mappings/lab | jq -r .mapping.id)" = lab ] && ks PATCH /OS-FEDERATION/mappings/lab -d @"$STATE/mapping.json" >/dev/null || ks PUT /OS-FEDERATION/mappings/lab -d @"$STATE/mapping.json" >/dev/null
[ "$(ks GET /OS-FEDERATION/identity_providers/lab | jq -r .identity_provider.id)" = lab ] || ks PUT /OS-FEDERATION/identity_providers/lab -d "{\"identity_provider\":{\"enabled\":true,\"description\":\"Lab OIDC\",\"remote_ids\":[\"$ISSUER\"],\"authorization_ttl\":480}}" >/dev/null
[ "$(ks GET /OS-FEDERATION/identity_providers/lab/protocols/openid | jq -r .protocol.id)" = openid ] || ks PUT /OS-FEDERATION/identity_providers/lab/protocols/openid -d '{"protocol":{"mapping_id":"lab"}}' >/dev/null
# A run of the judge that was killed leaves its domain, and everybody of team-a and team-b would have its projects too.
for left in $(ks GET /domains | jq -r '.domains[] | select(.name | startswith("replay-")) | .id'); do
  ks PATCH "/domains/$left" -d '{"domain":{"enabled":false}}' >/dev/null; ks DELETE "/domains/$left"; echo "a domain that a killed run left: deleted"
done
# The portal's service user: an administrator inside the tenants' projects (inherited), never of the cloud by a default.
portal=$(ks GET '/users?name=portal&domain_id=default' | jq -r '.users[0].id // empty')
[ -n "$portal" ] || portal=$(ks POST /users -d "{\"user\":{\"name\":\"portal\",\"domain_id\":\"default\",\"password\":\"$PW\"}}" | jq -r .user.id)
ks PUT "/OS-INHERIT/domains/$FED/users/$portal/roles/$ADMIN/inherited_to_projects"
ks PUT "/projects/$adminproj/users/$portal/roles/$ADMIN"
echo "keystone: $KS_URL (audience asked on port $KS_AUD_PORT)  (admin / $PW, project admin, domain Default); introspection variant on port $KS_INTRO_PORT"
