// An OpenID provider for development, on this machine alone: whoever signs in says who they are, without a password.
//
// It does what a real one does: the authorization code flow with PKCE, access tokens that are JWTs and last a few
// minutes, refresh tokens that are used once, and signing out. Keys and sessions are gone when it ends.

import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import Provider from 'oidc-provider';
import { people } from './people.mjs';
import { signInPage, signOutPage } from './sign_in_page.mjs';

// Its hints are about running it for the world.
console.info = () => {};
console.warn = () => {};

const PORT = Number(process.env.PROVIDER_PORT ?? 9000);
const APP_PORT = process.env.APP_PORT ?? 3000;
const TOKEN_SECONDS = Number(process.env.TOKEN_SECONDS ?? 300);

// Whom access tokens are for: the API of kubus.
const AUDIENCE = 'https://analytics.example';
const SCOPES = 'openid profile email';

const issuer = `http://localhost:${PORT}`;
const apps = ['localhost', '127.0.0.1'].map((host) => `http://${host}:${APP_PORT}`);
const account = (id) => people.find((person) => person.id === id);
const email = ({ id }) => `${id}@shop.example`;

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

const provider = new Provider(issuer, {
  jwks: { keys: [{ ...key, alg: 'ES256', use: 'sig', kid: `development-${Date.now()}` }] },
  cookies: { keys: [generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }).d] },
  clients: [{
    client_id: 'dashboard',
    redirect_uris: apps.map((app) => `${app}/`),
    post_logout_redirect_uris: apps.map((app) => `${app}/`),
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // A page in a browser keeps no secret: PKCE stands in its place.
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'ES256',
  }],
  pkce: { required: () => true },
  clientBasedCORS: (context, origin) => apps.includes(origin),

  findAccount: (context, id) => {
    const person = account(id);
    return person && {
      accountId: id,
      claims: () => ({ sub: id, name: person.name, shop: person.shop, roles: person.roles, email: email(person) }),
    };
  },
  claims: { openid: ['sub'], profile: ['name', 'shop', 'roles'], email: ['email'] },
  conformIdTokenClaims: false,
  // What kubus reads: which shop, which groups, and for support which countries.
  extraTokenClaims: (context, token) => {
    const { tenant, roles, countries = [], ...person } = account(token.accountId);
    return { tenant, roles, countries, email: email(person) };
  },

  ttl: {
    AccessToken: TOKEN_SECONDS, AuthorizationCode: 60, IdToken: TOKEN_SECONDS, Interaction: 600,
    RefreshToken: 8 * 3600, Grant: 8 * 3600, Session: 8 * 3600,
  },
  issueRefreshToken: (context, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,

  // The dashboard is the shop's own application: nobody is asked whether it may.
  loadExistingGrant: async ({ oidc }) => {
    const known = oidc.session.grantIdFor(oidc.client.clientId);
    const found = known && await oidc.provider.Grant.find(known);
    const grant = found || new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope(SCOPES);
    grant.addResourceScope(AUDIENCE, 'read');
    await grant.save();
    return grant;
  },
  interactions: { url: (context, interaction) => `/sign-in/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context, form) => { context.body = signOutPage(form); },
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => AUDIENCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'read',
        audience: AUDIENCE,
        accessTokenFormat: 'jwt',
        accessTokenTTL: TOKEN_SECONDS,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

async function formOf(request) {
  let text = '';
  for await (const piece of request) {
    text += piece;
    if (text.length > 10_000) throw new Error('too long');
  }
  return new URLSearchParams(text);
}

async function signIn(request, response) {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    const person = account((await formOf(request)).get('person'));
    if (person) {
      await provider.interactionFinished(request, response, { login: { accountId: person.id } });
      return;
    }
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(signInPage(people, `/sign-in/${uid}`));
}

const rest = provider.callback();

http.createServer((request, response) => {
  if (!request.url.startsWith('/sign-in/')) {
    rest(request, response);
    return;
  }
  signIn(request, response).catch(() => {
    response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('This sign-in is over. Go back to the dashboard and begin again.');
  });
}).listen(PORT, '127.0.0.1', () => console.log(`The provider for development is at ${issuer}`));
