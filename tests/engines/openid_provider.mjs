// A real OpenID provider on the loopback address. It answers each JSON line on its input with one on its output.
//
// Whoever logs in is who they say they are, with any password: what is tested is not this provider. Access tokens are
// JWTs for a resource, signed as its name says: https://kubus.example/rs256, .../es256, and .../brief, which lasts a
// second; https://other.example/rs256 is for somebody else.

import crypto from 'node:crypto';
import https from 'node:https';
import readline from 'node:readline';
import Provider from 'oidc-provider';

// The library tells of defaults that tests may well have; what is said here is for the conversation alone.
console.info = () => {};
console.warn = () => {};

const { TLS_CERTIFICATE, TLS_KEY, PAGE, NAMESPACE } = process.env;

let turn = 0;
let keys = [];
let handler = (request, response) => response.destroy();

function makeKeys() {
  turn += 1;
  const pairs = {
    RS256: crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  };
  return Object.entries(pairs).map(([alg, pair]) => ({
    ...pair.privateKey.export({ format: 'jwk' }), kid: `${alg}-${turn}`, alg, use: 'sig',
  }));
}

function lifetime(resource) {
  return resource.endsWith('/brief') ? 1 : 600;
}

function configuration() {
  return {
    jwks: { keys },
    clients: [{
      client_id: 'page',
      redirect_uris: [`${PAGE}/`],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'ES256',
    }],
    clientBasedCORS: () => true,
    cookies: { keys: ['a key for cookies of tests alone'] },
    findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@shop.example` }) }),
    claims: { openid: ['sub'], email: ['email'] },
    scopes: ['openid', 'email', 'read'],
    extraTokenClaims: (context, token) => ({
      [NAMESPACE]: { role: token.accountId, email: `${token.accountId}@shop.example` },
    }),
    features: {
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (context, resource) => ({
          scope: 'read',
          audience: new URL(resource).hostname,
          accessTokenFormat: 'jwt',
          accessTokenTTL: lifetime(resource),
          jwt: { sign: { alg: resource.endsWith('/es256') ? 'ES256' : 'RS256' } },
        }),
      },
    },
  };
}

function build() {
  const issuer = `https://127.0.0.1:${server.address().port}`;
  handler = new Provider(issuer, configuration()).callback();
  return issuer;
}

// rotate: new keys sign from now on; the old ones are published on only if they are kept.
const deeds = {
  rotate({ keep }) {
    keys = [...makeKeys(), ...(keep ? keys : [])];
    return { issuer: build(), published: keys.map((key) => key.kid) };
  },
};

const server = https.createServer({ cert: TLS_CERTIFICATE, key: TLS_KEY }, (request, response) => handler(request, response));
server.listen(0, '127.0.0.1', () => {
  const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  say(deeds.rotate({ keep: false }));
  const lines = readline.createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const { deed, ...more } = JSON.parse(line);
    try {
      say(deeds[deed](more));
    } catch (error) {
      say({ failed: String(error) });
    }
  });
  lines.on('close', () => process.exit(0));
});
