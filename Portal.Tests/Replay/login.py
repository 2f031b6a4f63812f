#!/usr/bin/env python3
"""A person's way through the sandbox's OpenID provider, as the judge's actors need it; prints the token response.

    login.py ISSUER USER [--password P] [--client portal] [--resource urn:…] [--opaque]
"""
import argparse, base64, hashlib, html, http.client, json, re, secrets, urllib.parse


def ask(method, url, cookies, form=None, auth=None):
    u = urllib.parse.urlsplit(url)
    c = http.client.HTTPConnection(u.hostname, u.port, timeout=30)
    headers = {'Cookie': '; '.join(f'{k}={v}' for k, v in cookies.items())}
    data = None
    if form is not None:
        data, headers['Content-Type'] = urllib.parse.urlencode(form), 'application/x-www-form-urlencoded'
    if auth:
        headers['Authorization'] = 'Basic ' + base64.b64encode(':'.join(auth).encode()).decode()
    c.request(method, u.path + ('?' + u.query if u.query else ''), data, headers)
    r = c.getresponse()
    body = r.read().decode()
    for k, v in r.getheaders():
        if k.lower() == 'set-cookie':
            name, _, value = v.split(';')[0].partition('=')
            cookies[name] = value
    c.close()
    return r.status, r.getheader('Location'), body


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument('issuer'), ap.add_argument('user'), ap.add_argument('--password', default='labpass')
    ap.add_argument('--client', default='portal'), ap.add_argument('--resource'), ap.add_argument('--opaque', action='store_true')
    a = ap.parse_args()
    redirect, verifier = 'http://127.0.0.1:9999/cb', secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b'=').decode()
    extra = {**({'resource': a.resource} if a.resource else {}), **({'x_opaque': '1'} if a.opaque else {})}
    query = {'client_id': a.client, 'response_type': 'code', 'redirect_uri': redirect, 'scope': 'openid profile email groups', 'state': 's', 'nonce': 'n',
             'code_challenge': challenge, 'code_challenge_method': 'S256', **extra}
    url, cookies = a.issuer + '/auth?' + urllib.parse.urlencode(query), {}
    for _ in range(10):
        status, location, body = ask('GET', url, cookies)
        if status == 200:
            action = re.search(r'<form[^>]*action="([^"]*)"', body)
            status, location, body = ask('POST', urllib.parse.urljoin(url, html.unescape(action[1])), cookies, {'login': a.user, 'password': a.password})
        if not location:
            raise SystemExit(f'{status} at {url}: {body[:300]}')
        url = urllib.parse.urljoin(url, location)
        if url.startswith(redirect):
            break
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).get('code') or [None]
    if not code[0]:
        raise SystemExit(f'no code: {url}')
    status, _, body = ask('POST', a.issuer + '/token', {}, {'grant_type': 'authorization_code', 'code': code[0], 'redirect_uri': redirect, 'code_verifier': verifier, **extra}, (a.client, 'labpass'))
    if status != 200:
        raise SystemExit(f'token endpoint answered {status} {body[:300]}')
    print(json.dumps(json.loads(body)))


main()
