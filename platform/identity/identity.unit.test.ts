import { SignJWT, UnsecuredJWT, importJWK, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { developmentAudience, developmentIssuer, issueToken, newSigningKey, publicHalf } from './developmentIssuer.ts';
import { InvalidToken, createIdentity, type Identity } from './identity.ts';
import type { Principal } from './principal.ts';

let clientKey: JWK;
let internalKey: JWK;
let identity: Identity;
let now = new Date('2026-03-01T12:00:00Z');

const principal: Principal = {
  kind: 'user',
  subject: 'someone',
  grants: [{ role: 'reader', scopes: new Set(['things:read']), bindings: { place: '17' } }],
  channel: 'web',
};

beforeAll(async () => {
  [clientKey, internalKey] = await Promise.all([newSigningKey(), newSigningKey()]);
  identity = await createIdentity({
    internalKey,
    clock: () => now,
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [publicHalf(clientKey)] } },
    scopesOf: (role) => (role === 'reader' ? ['things:read'] : []),
    isNamedById: (role) => role === 'member',
  });
});

/** A channel for readers and writers. */
const web = { name: 'web', roles: ['reader', 'writer'] };

describe('client tokens', () => {
  it('become principals with the scopes and the bindings of each role that the channel is for', async () => {
    const token = await issueToken(clientKey, {
      subject: 'someone',
      roles: ['guard', 'writer', 'reader'],
      bindings: { reader: { place: '17' }, guard: { place: '18' }, 'not a role of theirs': { place: '19' } },
      now,
    });
    const { principal: verified, issuedAt, expiresAt } = await identity.verifyClientToken(token, web);
    expect(verified).toEqual({
      kind: 'user',
      subject: 'someone',
      grants: [
        { role: 'reader', scopes: new Set(['things:read']), bindings: { place: '17' } },
        { role: 'writer', scopes: new Set(), bindings: {} },
      ],
      channel: 'web',
    });
    // The same token, remembered for one channel, says something else on another.
    for (const roles of [['guard'], []]) {
      const { grants } = (await identity.verifyClientToken(token, { ...web, roles })).principal;
      expect(grants.map(({ role, bindings }) => [role, bindings['place']])).toEqual(roles.map((role) => [role, '18']));
    }
    expect(issuedAt).toEqual(now);
    expect(expiresAt).toEqual(new Date('2026-03-02T00:00:00Z'));
  });

  it('end a day after they were issued, however long they say they live', async () => {
    const token = await issueToken(clientKey, { subject: 'someone', roles: [], lifetimeSeconds: 30 * 24 * 3600, now });
    expect((await identity.verifyClientToken(token, web)).expiresAt).toEqual(new Date('2026-03-02T12:00:00Z'));
  });

  const payload = () => ({
    sub: 'someone',
    roles: ['reader'],
    iss: developmentIssuer,
    aud: developmentAudience,
    iat: now.getTime() / 1000,
    exp: now.getTime() / 1000 + 60,
  });
  const signed = async (claims: object, header: object = {}, key = clientKey) =>
    new SignJWT({ ...payload(), ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header })
      .sign(await importJWK(key, 'ES256'));

  it.each<[string, () => Promise<string> | string]>([
    ['alg none', () => new UnsecuredJWT(payload()).encode()],
    [
      'HS256 with the public key as secret',
      () =>
        new SignJWT(payload())
          .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
          .sign(Buffer.from(JSON.stringify(publicHalf(clientKey)).padEnd(64))),
    ],
    ['another audience', () => signed({ aud: 'elsewhere' })],
    ['another issuer', () => signed({ iss: 'elsewhere' })],
    ['an id token', () => signed({}, { typ: 'JWT' })],
    ['expired', () => signed({ exp: now.getTime() / 1000 - 6 })],
    ['no subject', () => signed({ sub: undefined })],
    ['a subject that is a number', () => signed({ sub: 7 as never })],
    ['a subject that is a list', () => signed({ sub: ['someone'] as never })],
    ['an empty subject', () => signed({ sub: '' })],
    ['a subject with a zero byte', () => signed({ sub: 'some\u0000one' })],
    ['a subject of 256 characters', () => signed({ sub: 'x'.repeat(256) })],
    ['roles that are one text', () => signed({ roles: 'reader' })],
    ['a role that is a number', () => signed({ roles: ['reader', 7] })],
    ['roles that are null', () => signed({ roles: null })],
    ['a thousand roles', () => signed({ roles: Array.from({ length: 1_000 }, (_, n) => `role${n}`) })],
    ['bindings that are a list', () => signed({ bindings: ['17'] })],
    ['a binding that is a number', () => signed({ bindings: { reader: { place: 17 } } })],
    ['bindings that do not say of which role', () => signed({ bindings: { place: '17' } })],
    ['an empty binding', () => signed({ bindings: { reader: { place: '' } } })],
    ['a binding that is too long', () => signed({ bindings: { reader: { place: 'x'.repeat(256) } } })],
    ['issued at no time', () => signed({ iat: undefined })],
    ['issued in time to come', () => signed({ iat: now.getTime() / 1000 + 6 })],
    ['issued too long ago', () => signed({ iat: now.getTime() / 1000 - 24 * 3600 - 6 })],
    ['another key', async () => signed({}, {}, await newSigningKey())],
    ['an internal token', () => identity.mintInternalToken(principal, developmentAudience)],
    ['no token at all', () => 'nonsense'],
  ])('are refused: %s', async (_name, token) => {
    await expect(identity.verifyClientToken(await token(), web)).rejects.toThrow(InvalidToken);
  });

  it('have one spelling: others that decode to the same are refused, so that none fills a cache with copies of one token', async () => {
    const token = await signed({});
    await identity.verifyClientToken(token, web);
    const [header = '', claims = '', signature = ''] = token.split('.');
    const lastBits = Array.from(
      'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
      (end) => signature.slice(0, -1) + end,
    ).filter(
      (other) => other !== signature && Buffer.from(other, 'base64url').equals(Buffer.from(signature, 'base64url')),
    );
    expect(lastBits).toHaveLength(15);
    const signatures = [
      ...lastBits,
      `${signature}=`,
      `${signature}==`,
      `${signature}.`,
      ...[' ', '\n', '\t', '\r\n', '\f', '\u00a0'].flatMap((space) =>
        Array.from(
          { length: 10 },
          (_, at) => `${signature.slice(0, at * 9)}${space.repeat(at + 1)}${signature.slice(at * 9)}`,
        ),
      ),
    ];
    const variants = [
      ...signatures.map((other) => `${header}.${claims}.${other}`),
      ` ${token}`,
      `${token} `,
      `${header} .${claims}.${signature}`,
      `${header}.${claims}=.${signature}`,
    ];
    for (const variant of variants)
      await expect(identity.verifyClientToken(variant, web), JSON.stringify(variant)).rejects.toThrow(InvalidToken);
  });

  it('have 8,192 characters at most', async () => {
    await identity.verifyClientToken(await signed({ note: 'x'.repeat(5_000) }), web);
    await expect(identity.verifyClientToken(await signed({ note: 'x'.repeat(8_000) }), web)).rejects.toThrow(
      InvalidToken,
    );
  });

  it('are refused once they have ended, although they were accepted before', async () => {
    const token = await issueToken(clientKey, { subject: 'someone', roles: [], lifetimeSeconds: 60, now });
    await identity.verifyClientToken(token, web);
    now = new Date(now.getTime() + 66_000);
    await expect(identity.verifyClientToken(token, web)).rejects.toThrow(InvalidToken);
  });
});

it('a client whose role is named by an id has one as its subject; any other client need not', async () => {
  const id = '01941f29-7c00-7f62-9564-43fd85e3b12d';
  const as = async (subject: string, roles: readonly string[]): Promise<unknown> =>
    identity
      .verifyClientToken(await issueToken(clientKey, { subject, roles, now }), {
        name: 'web',
        roles: ['reader', 'member'],
      })
      .then(
        ({ principal: { subject: verified } }) => verified,
        (error: Error) => error.message,
      );
  expect(await as(id, ['reader', 'member'])).toBe(id);
  for (const wrong of [id.toUpperCase(), `${id} `, 'someone'])
    expect(await as(wrong, ['reader', 'member'])).toBe('"sub" of a member is an id: a UUID in lower case');
  expect(await as('someone', ['reader'])).toBe('someone');
});

describe('internal tokens', () => {
  it('carry the principal to their audience and to no other', async () => {
    const token = await identity.mintInternalToken(principal, 'things');
    expect(await identity.verifyInternalToken(token, 'things')).toEqual(principal);
    await expect(identity.verifyInternalToken(token, 'others')).rejects.toThrow(InvalidToken);
  });

  it('are minted once per principal and audience until near their end', async () => {
    const atOnce = [1, 2, 3].map(() => identity.mintInternalToken(principal, 'asked at once'));
    expect(new Set(await Promise.all(atOnce)).size).toBe(1);
    const first = await identity.mintInternalToken(principal, 'things');
    expect(await identity.mintInternalToken({ ...principal }, 'things')).toBe(first);
    const [grant] = principal.grants;
    for (const over of [{ bindings: { place: '18' } }, { scopes: new Set(['things:write']) }, { role: 'writer' }]) {
      const other: Principal = { ...principal, grants: [{ ...grant!, ...over }] };
      expect(await identity.mintInternalToken(other, 'things')).not.toBe(first);
    }

    now = new Date(now.getTime() + 46_000);
    expect(await identity.mintInternalToken(principal, 'things')).not.toBe(first);
  });

  it.each<[string, object]>([
    ['a subject that is a number', { sub: 7 }],
    ['an unknown kind', { kind: 'robot' }],
    ['scopes that are one text', { grants: [{ role: 'reader', scopes: 'things:read', bindings: {} }] }],
    ['no channel', { channel: undefined }],
    ['a binding that is a number', { grants: [{ role: 'reader', scopes: [], bindings: { place: 17 } }] }],
    ['no grants', { grants: undefined }],
  ])('are refused: %s', async (_name, claims) => {
    const iat = now.getTime() / 1000;
    const whole = {
      kind: 'user',
      sub: 'someone',
      grants: [],
      channel: 'web',
      iss: 'drburger-internal',
      aud: 'things',
      iat,
      exp: iat + 60,
      ...claims,
    };
    const token = await new SignJWT(whole as never)
      .setProtectedHeader({ alg: 'ES256', typ: 'internal+jwt' })
      .sign(await importJWK(internalKey, 'ES256'));
    await expect(identity.verifyInternalToken(token, 'things')).rejects.toThrow(InvalidToken);
  });

  it('end after a minute', async () => {
    const token = await identity.mintInternalToken(principal, 'things');
    now = new Date(now.getTime() + 66_000);
    await expect(identity.verifyInternalToken(token, 'things')).rejects.toThrow(InvalidToken);
  });
});
