// A small OpenID provider for the lab. Users, groups and clients are fixed; every password is "labpass".
import { Provider } from 'oidc-provider';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const port = Number(process.env.IDP_PORT ?? 9010);
const issuer = process.env.ISSUER ?? `http://127.0.0.1:${port}`;
const keyFile = process.env.IDP_KEYS ?? './jwks.json';
if (!existsSync(keyFile)) {
  const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  writeFileSync(keyFile, JSON.stringify({ keys: [{ ...jwk, use: 'sig', alg: 'RS256', kid: 'lab-1' }] }), { mode: 0o600 });
}
const jwks = JSON.parse(readFileSync(keyFile, 'utf8'));

export const users = {
  alice: { groups: ['team-a'], email: 'alice@lab.test' },
  bob: { groups: ['team-b'], email: 'bob@lab.test' },
  'root-admin': { groups: ['platform-admins', 'team-a'], email: 'root-admin@lab.test' },
  carol: { groups: ['team-unknown'], email: 'carol@lab.test' },     // a group Keystone has never heard of
  dave: { groups: [], email: 'dave@lab.test' },                      // no group at all
  erin: { groups: ['team-a', 'team-b', 'finance'], email: 'erin@lab.test' }, // two teams and one foreign group
};
const KEYSTONE = 'urn:lab:keystone', OTHER = 'urn:lab:other';
const portalUris = (process.env.PORTAL_REDIRECT_URIS ?? 'http://127.0.0.1:9999/cb').split(' ');
// The portal itself: where its tests and `dotnet run` listen, each with and without a name.
const portals = ['5200', '5311', '5312', '5313'].flatMap(p => [`http://localhost:${p}`, `http://127.0.0.1:${p}`]);
const logoutUris = portals.map(u => `${u}/sign-out/callback`);
const isPortal = id => id?.includes('portal');
const client = (client_id, extra) => ({ client_id, client_secret: 'labpass', token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], redirect_uris: portalUris, post_logout_redirect_uris: logoutUris, ...extra });

const provider = new Provider(issuer, {
  jwks,
  clients: [
    client('portal'),
    client('portal-post', { token_endpoint_auth_method: 'client_secret_post' }),
    client('container-platform-portal', { token_endpoint_auth_method: 'client_secret_post', redirect_uris: portals.map(u => `${u}/sign-in/callback`),
      backchannel_logout_uri: `${process.env.PORTAL_URL ?? 'http://localhost:5311'}/sign-out/notice`, backchannel_logout_session_required: true }),
    client('portal-public', { client_secret: undefined, token_endpoint_auth_method: 'none' }),
    client('portal-short'),                                          // access tokens that live 3 s
    client('keystone', { redirect_uris: ['http://127.0.0.1:5000/v3/oidc-redirect', 'http://localhost:5000/v3/oidc-redirect'] }),
    client('machine', { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] }),
  ],
  pkce: { required: (ctx, c) => c.clientId !== 'keystone' },
  scopes: ['openid', 'offline_access', 'profile', 'email', 'groups'],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
  conformIdTokenClaims: false,                                       // claims are in the id token as well as in userinfo
  findAccount: (ctx, id) => users[id] && ({ accountId: id,
    claims: () => ({ sub: id, name: id, preferred_username: id, email: users[id].email, email_verified: true, groups: users[id].groups }) }),
  extraTokenClaims: (ctx, token) => {
    const u = users[token.accountId];
    return u && { preferred_username: token.accountId, email: u.email, groups: u.groups };
  },
  ttl: { AccessToken: (ctx, t, c) => c.clientId === 'portal-short' ? 3 : 600, ClientCredentials: 600, IdToken: 600, Session: 8 * 3600, Grant: 8 * 3600, Interaction: 600, RefreshToken: 8 * 3600, AuthorizationCode: 60 },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true }, revocation: { enabled: true, allowedPolicy: () => true }, clientCredentials: { enabled: true },
    backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true },
    resourceIndicators: { enabled: true,
      defaultResource: (ctx) => isPortal(ctx.oidc.client?.clientId) && !ctx.oidc.params?.x_opaque ? KEYSTONE : undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource) => ({ scope: 'openid profile email groups', audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }) },
  },
  extraParams: ['x_opaque'],
  issueRefreshToken: async (ctx, c, code) => c.grantTypeAllowed('refresh_token') && isPortal(c.clientId),
  cookies: { keys: ['lab-cookie-key'], long: { httpOnly: true, sameSite: process.env.IDP_SAMESITE ?? 'lax', signed: true }, short: { httpOnly: true, sameSite: 'lax', signed: true } },
  interactions: { url: (ctx, i) => `/interaction/${i.uid}` },
  async loadExistingGrant(ctx) {                                     // first-party clients: no consent page
    const id = ctx.oidc.result?.consent?.grantId ?? ctx.oidc.session.grantIdFor(ctx.oidc.client.clientId);
    const g = (id && await ctx.oidc.provider.Grant.find(id)) || new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    g.addOIDCScope('openid profile email groups offline_access');
    for (const r of [KEYSTONE, OTHER]) g.addResourceScope(r, 'openid profile email groups');
    await g.save();
    return g;
  },
});
const page = (uid, msg = '') => `<!doctype html><title>Sign in</title><h1>Lab sign in</h1><p>${msg}</p><form method="post" action="/interaction/${uid}">
<label>User <input name="login" autofocus></label> <label>Password <input type="password" name="password"></label> <button>Sign in</button></form>`;
provider.use(async (ctx, next) => {
  if (ctx.path === '/favicon.ico') { ctx.status = 204; return; }
  const m = /^\/interaction\/([^/]+)$/.exec(ctx.path);
  if (!m) return next();
  if (ctx.method === 'GET') { await provider.interactionDetails(ctx.req, ctx.res); ctx.type = 'html'; ctx.body = page(m[1]); return; }
  const chunks = []; for await (const c of ctx.req) chunks.push(c);
  const f = new URLSearchParams(Buffer.concat(chunks).toString());
  if (!users[f.get('login')] || f.get('password') !== 'labpass') { ctx.status = 401; ctx.type = 'html'; ctx.body = page(m[1], 'Wrong user or password'); return; }
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: f.get('login') } }, { mergeWithLastSubmission: false });
});
provider.on('server_error', (ctx, e) => console.error('server_error', e));
for (const ev of ['authorization.error', 'grant.error', 'introspection.error', 'userinfo.error']) provider.on(ev, (ctx, e) => console.error(ev, e.message, e.error_description ?? ''));
provider.listen(port, '127.0.0.1', () => console.log(`issuer ${issuer}`));
