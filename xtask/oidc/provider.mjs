// A certified OpenID provider on this machine, which signs in whoever asks, under any name.
//
//   node provider.mjs PACKAGES PORT REDIRECT SECRET ALGORITHM CLAIMS AUTHENTICATION
//
// PACKAGES is the folder in which npm installed. CLAIMS is `thin` where ID tokens name nobody and the rest is said
// at the userinfo endpoint, as the provider has it by default, or `full`. AUTHENTICATION is how the client shows
// its secret: client_secret_basic or client_secret_post. Keys are made anew at each start.
//
// Says `ready` once it listens, and ends when its standard input does: whoever started it may be killed in any
// way, and it does not stay behind.

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, port, redirect, secret, algorithm, claims, authentication] = process.argv.slice(2);
const library = join(packages, 'node_modules', 'oidc-provider', 'lib', 'index.js');
const { Provider } = await import(pathToFileURL(library));

const keys = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
};
const key = (name) => ({
  ...keys[name]().privateKey.export({ format: 'jwk' }),
  kid: randomUUID(),
  alg: name,
  use: 'sig',
});
// One of each kind, as a provider in the middle of a change has them.
const published = [algorithm, ...Object.keys(keys).filter((name) => name !== algorithm)].map(key);

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'avert',
      client_secret: secret,
      redirect_uris: [redirect],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      id_token_signed_response_alg: algorithm,
      token_endpoint_auth_method: authentication,
    },
  ],
  clientAuthMethods: [authentication],
  enabledJWA: { idTokenSigningAlgValues: Object.keys(keys) },
  jwks: { keys: published },
  cookies: { keys: [randomUUID()] },
  pkce: { required: () => true },
  conformIdTokenClaims: claims === 'thin',
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  // Of `zed` it does not say that the address is theirs.
  findAccount: (_, name) => ({
    accountId: name,
    claims: () => ({
      sub: name,
      email: `${name}@example.org`,
      email_verified: name !== 'zed',
    }),
  }),
});

createServer(provider.callback()).listen(Number(port), '127.0.0.1', () => console.log('ready'));
process.stdin.on('end', () => process.exit()).resume();
