import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SignJWT, importJWK, type JWK } from 'jose';
import { developmentAudience, developmentIssuer, issueToken, newSigningKey, publicHalf } from './developmentIssuer.ts';
import { createIdentity, InvalidToken, type IdentityOptions } from './identity.ts';
import { KeysUnavailable } from './remoteKeys.ts';

let key: JWK;
let server: Server;
let status = 200;
let asked = 0;
beforeEach(async () => {
  key = await newSigningKey();
  status = 200;
  asked = 0;
  server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [publicHalf(key)] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

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
const always = { freshMs: 0, keptMs: 60_000 };

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
  status = 500;
  expect((await identity.verifyClientToken(await token(), { ...web, name: 'mobile' })).principal.subject).toBe(
    'someone',
  );
  expect(asked).toBe(2);
  await expect(identity.verifyClientToken(await tokenOfAnotherKey(), web)).rejects.toThrow(KeysUnavailable);
});

it('are good no longer than they are kept: then a token is neither good nor bad', async () => {
  const identity = await identityWith({ freshMs: 0, keptMs: 0 });
  await identity.verifyClientToken(await token(), web);
  status = 503;
  const refused: unknown = await identity
    .verifyClientToken(await token(), { ...web, name: 'mobile' })
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(KeysUnavailable);
  expect(refused).not.toBeInstanceOf(InvalidToken);
});

it('cannot be had at all: the same', async () => {
  status = 404;
  await expect((await identityWith(always)).verifyClientToken(await token(), web)).rejects.toThrow(KeysUnavailable);
});

it('do not have the one that signed it: not valid', async () => {
  const identity = await identityWith(always);
  await expect(identity.verifyClientToken(await tokenOfAnotherKey(), web)).rejects.toThrow(InvalidToken);
});
