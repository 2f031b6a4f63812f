#!/usr/bin/env bash
# Starts the OpenID provider on 127.0.0.1:9010. Needs node 20 or later and the npm package oidc-provider.
. "$(cd "$(dirname "$0")" && pwd)/../common.sh"
NODE=$(command -v node); mkdir -p "$STATE/idp"; cp "$HERE"/idp/*.mjs "$HERE"/idp/package*.json "$STATE/idp/"
cd "$STATE/idp"; [ -d node_modules/oidc-provider ] || npm ci --ignore-scripts --no-audit --no-fund > "$STATE/log/npm-idp.log" 2>&1
start idp root env -C "$STATE/idp" IDP_PORT=$IDP_PORT ISSUER=$ISSUER IDP_KEYS="$STATE/secret/idp-jwks.json" "$NODE" provider.mjs
wait_http $ISSUER/.well-known/openid-configuration
"$NODE" -e 'const c=require("crypto"),f=require("fs");const k=JSON.parse(f.readFileSync(process.argv[1])).keys[0];f.writeFileSync(process.argv[2],c.createPublicKey({key:k,format:"jwk"}).export({type:"spki",format:"pem"}))' "$STATE/secret/idp-jwks.json" "$STATE/idp/public.pem"
