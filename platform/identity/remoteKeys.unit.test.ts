import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SignJWT, importJWK, type JWK } from 'jose';
import { developmentAudience, developmentIssuer, issueToken, newSigningKey, publicHalf } from './developmentIssuer.ts';
import { createIdentity, InvalidToken, type Identity, type IdentityOptions } from './identity.ts';
import { KeysUnavailable } from './remoteKeys.ts';

let key: JWK;
/** What the issuer publishes. */
let published: JWK[];
let server: Server;
let answer: RequestListener;
let asked = 0;
const answerWith =
  (status: number, text = '', headers = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end(text);
beforeEach(async () => {
  key = await newSigningKey();
  published = [publicHalf(key)];
  answer = (request, response) => answerWith(200, JSON.stringify({ keys: published }))(request, response);
  asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const web = { name: 'web', roles: [] };

const identityWith = async (kept: NonNullable<IdentityOptions['client']>['kept']) =>
  createIdentity({
    internalKey: await newSigningKey(),
    scopesOf: () => [],
    client: {
      issuer: developmentIssuer,
      audience: developmentAudience,
      keys: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
      kept,
    },
  });
const token = (signer = key) => issueToken(signer, { subject: 'someone', roles: ['customer'] });
/** As the issuer would sign it after it has changed its key. */
const tokenOfAnotherKey = async () =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'another' })
    .setSubject('someone')
    .setIssuer(developmentIssuer)
    .setAudience(developmentAudience)
    .setIssuedAt()
    .setExpirationTime('1 minute')
    .sign(await importJWK(await newSigningKey(), 'ES256'));
const always = { freshMs: 0, keptMs: 60_000, pauseMs: 0 };

it('are asked for, and asked again', async () => {
  const identity = await identityWith(always);
  for (let n = 0; n < 2; n += 1)
    expect((await identity.verifyClientToken(await token(), { ...web, name: `channel${n}` })).principal.subject).toBe(
      'someone',
    );
  expect(asked).toBe(2);
});

it('are those that were there last while they cannot be asked for; what they do not know is not said to be bad', async () => {
  const identity = await identityWith(always);
  await identity.verifyClientToken(await token(), web);
  answer = answerWith(500);
  expect((await identity.verifyClientToken(await token(), { ...web, name: 'mobile' })).principal.subject).toBe(
    'someone',
  );
  expect(asked).toBe(2);
  await expect(identity.verifyClientToken(await tokenOfAnotherKey(), web)).rejects.toThrow(KeysUnavailable);
});

it('are good no longer than they are kept: then a token is neither good nor bad', async () => {
  const identity = await identityWith({ freshMs: 0, keptMs: 0, pauseMs: 0 });
  await identity.verifyClientToken(await token(), web);
  answer = answerWith(503);
  const refused: unknown = await identity
    .verifyClientToken(await token(), { ...web, name: 'mobile' })
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(KeysUnavailable);
  expect(refused).not.toBeInstanceOf(InvalidToken);
});

it('cannot be had at all: the same', async () => {
  answer = answerWith(404);
  await expect((await identityWith(always)).verifyClientToken(await token(), web)).rejects.toThrow(KeysUnavailable);
});

it('do not have the one that signed it: not valid', async () => {
  const identity = await identityWith(always);
  await expect(identity.verifyClientToken(await tokenOfAnotherKey(), web)).rejects.toThrow(InvalidToken);
});

/** Verified anew each time: a channel of another name is another entry of the cache. */
let channels = 0;
const verify = async (identity: Identity, given: string) =>
  identity.verifyClientToken(given, { ...web, name: `channel${(channels += 1)}` });

it('that the issuer hangs on hold up nobody whose key is known, once that has been noticed', async () => {
  const identity = await identityWith({ ...always, patienceMs: 50 });
  await verify(identity, await token());
  answer = () => undefined;
  await verify(identity, await token());
  expect(asked).toBe(2);
  // The question hangs for as long as it may; nobody waits for it any more, and none is asked beside it.
  for (let n = 0; n < 5; n += 1) await verify(identity, await token());
  expect(asked).toBe(2);
});

it('are asked for once for all who wait, and after a failure no sooner than after the pause', async () => {
  const identity = await identityWith({ pauseMs: 60_000 });
  answer = answerWith(503);
  const strangers = await Promise.all(Array.from({ length: 10 }, () => tokenOfAnotherKey()));
  const outcomes = await Promise.allSettled(strangers.map((each) => verify(identity, each)));
  outcomes.push(...(await Promise.allSettled(strangers.map((each) => verify(identity, each)))));
  for (const each of outcomes) expect(each).toMatchObject({ reason: { name: 'KeysUnavailable' } });
  expect(asked).toBe(1);
});

it('are not asked for at each token with a made-up key', async () => {
  const identity = await identityWith({ pauseMs: 60_000 });
  await verify(identity, await token());
  for (let n = 0; n < 5; n += 1)
    await expect(verify(identity, await tokenOfAnotherKey())).rejects.toThrow(InvalidToken);
  expect(asked).toBe(1);
});

it.each([
  ['a redirect', answerWith(302, '', { location: '/elsewhere' }), '302'],
  ['more than a megabyte', answerWith(200, JSON.stringify({ keys: [], more: 'x'.repeat(1_100_000) })), 'larger than'],
  ['no JSON', answerWith(200, '<html>'), 'JSON'],
  ['no keys', answerWith(200, '{"keys":[]}'), 'no key'],
  ['keys that are none', answerWith(200, '{"keys":[null]}'), 'no key'],
  ['other JSON', answerWith(200, 'null'), 'no key'],
])('are not %s: those of before are used, and a new process says why it has none', async (_, wrong, why) => {
  const identity = await identityWith(always);
  await verify(identity, await token());
  answer = wrong;
  await verify(identity, await token());
  await expect(verify(await identityWith(always), await token())).rejects.toThrow(why);
});

it('are exchanged: a token of the new key is good, and one of the old no longer, also where it was good before', async () => {
  const identity = await identityWith(always);
  const before = await token();
  await identity.verifyClientToken(before, web);
  const next = await newSigningKey();
  published = [publicHalf(next)];
  await verify(identity, await token(next));
  await expect(identity.verifyClientToken(before, web)).rejects.toThrow(InvalidToken);
});

it('may be several without an id, of which a token names none', async () => {
  const other = await newSigningKey();
  published = [publicHalf(other), publicHalf(key)];
  const identity = await identityWith({});
  for (const signer of [key, other])
    expect((await verify(identity, await token(signer))).principal.subject).toBe('someone');
  await expect(verify(identity, await token(await newSigningKey()))).rejects.toThrow(InvalidToken);
});

it('may be exchanged under the same id: a token that they do not fit has them fetched again', async () => {
  const identity = await identityWith({ pauseMs: 0 });
  await verify(identity, await token());
  const next = await newSigningKey();
  published = [publicHalf(next)];
  expect((await verify(identity, await token(next))).principal.subject).toBe('someone');
});
