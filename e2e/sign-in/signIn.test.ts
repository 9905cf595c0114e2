import { readFileSync } from 'node:fs';
import * as client from 'openid-client';
import { beforeAll, expect, test } from 'vitest';
import { decodeJwt } from 'jose';
import { seedId } from '#schema/seed/seedId.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { PersonInBrowser } from './personInBrowser.ts';

const account = readFileSync(new URL('../../bffs/mobile/operations/account.graphql', import.meta.url), 'utf8');
const redirectUri = 'http://127.0.0.1:5173/callback';
let system: TestSystem;
let config: client.Configuration;

beforeAll(async () => {
  system = await sharedSystem();
  config = await discover('drburger-mobile');
});

const discover = (id: string) =>
  client.discovery(new URL(system.issuer!), id, undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });

/** Begins a sign-in as an app does, up to the page that asks who signs in. */
async function begin(person: PersonInBrowser, app = config) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const asked = client.buildAuthorizationUrl(app, {
    redirect_uri: redirectUri,
    scope: 'openid profile',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  });
  const checks = { pkceCodeVerifier: verifier, expectedState: state };
  return { ...(await person.open(asked.href)), checks };
}

/** Signs a person in, by a stock client library alone. */
async function signIn(login: string, person = new PersonInBrowser(), app = config) {
  const asking = await begin(person, app);
  expect(asking.text).toContain('Ada Beispiel');
  const consent = await person.open(asking.url, { login });
  expect(consent.text).toContain('wants to act for');
  const back = await person.open(consent.url, { answer: 'allow' });
  return client.authorizationCodeGrant(app, new URL(back.url), asking.checks);
}

/** The answer that the customers' app gets with this token. */
async function asked(token: string) {
  const response = await fetch(system.urlOf('mobile'), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: account }),
  });
  return { status: response.status, body: (await response.json()) as { data?: unknown } };
}

test('a customer signs in, asks the graph, gets new tokens, and signs out, with a stock client', async () => {
  const ada = new PersonInBrowser();
  const tokens = await signIn('ada', ada);
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    iss: system.issuer,
    aud: 'drburger',
    sub: seedId('customer', 1),
    roles: ['customer'],
    bindings: {},
  });
  expect(tokens.claims()).toMatchObject({ sub: seedId('customer', 1), aud: 'drburger-mobile' });
  expect(await asked(tokens.access_token)).toMatchObject({ status: 200, body: { data: { me: { givenName: 'Ada' } } } });

  const next = await client.refreshTokenGrant(config, tokens.refresh_token!);
  expect(next.access_token).not.toBe(tokens.access_token);
  expect(await asked(next.access_token)).toMatchObject({ status: 200 });
  // A refresh token that somebody uses again was stolen by one of the two: none of the family is good any more.
  await expect(client.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({
    error: 'invalid_grant',
  });
  await expect(client.refreshTokenGrant(config, next.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });

  const leaving = await ada.open(
    client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token!,
      post_logout_redirect_uri: redirectUri,
    }).href,
  );
  const secret = /name="xsrf" value="([^"]+)"/.exec(leaving.text)?.[1] ?? '';
  const left = await ada.open(new URL('/session/end/confirm', system.issuer).href, { xsrf: secret, logout: 'yes' });
  expect(left.url).toBe(redirectUri);
  expect((await begin(ada)).text).toContain('choose one of the people');
});

test('what is in a token decides which channel takes it: not the client that asked, and no id token', async () => {
  const kitchen = await signIn('kitchen');
  expect(decodeJwt(kitchen.access_token)).toMatchObject({
    roles: ['kitchen'],
    bindings: { kitchen: { store: demoStore } },
  });
  expect((await asked(kitchen.access_token)).status).toBe(403);
  const ada = await signIn('ada');
  expect((await asked(ada.id_token!)).status).toBe(401);
});

test('the provider refuses who is nobody, a code without its verifier, and another address', async () => {
  const person = new PersonInBrowser();
  const asking = await begin(person);
  const again = await person.open(asking.url, { login: 'nobody' });
  expect(again.text).toContain('Nobody here is called &quot;nobody&quot;.');
  const consent = await person.open(again.url, { login: 'ada' });
  const refused = await person.open(consent.url, { answer: 'refuse' });
  expect(new URL(refused.url).searchParams.get('error')).toBe('access_denied');

  const second = new PersonInBrowser();
  const { url, checks } = await begin(second);
  const back = new URL((await second.open((await second.open(url, { login: 'ada' })).url, { answer: 'allow' })).url);
  const other = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() };
  await expect(client.authorizationCodeGrant(config, back, other)).rejects.toMatchObject({ error: 'invalid_grant' });

  const plain = client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid' });
  const withoutPkce = await new PersonInBrowser().open(plain.href);
  expect(new URL(withoutPkce.url).searchParams.get('error')).toBe('invalid_request');
  const elsewhere = client.buildAuthorizationUrl(config, { redirect_uri: 'https://evil.example/callback' });
  expect((await new PersonInBrowser().open(elsewhere.href)).text).toContain('invalid_redirect_uri');
});
