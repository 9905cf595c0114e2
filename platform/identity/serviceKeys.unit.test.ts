import { SignJWT, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { newSigningKey, publicHalf } from './developmentIssuer.ts';
import { createIdentity, InvalidToken, type Identity } from './identity.ts';
import { servicePrincipal, type Principal } from './principal.ts';

const userAs = (channel: string, ...roles: (readonly [string, ...string[]])[]): Principal => ({
  kind: 'user',
  subject: 'someone',
  grants: roles.map(([role, ...scopes]) => ({ role, scopes: new Set(scopes), bindings: {} })),
  channel,
});
const user = userAs('gateway', ['admin', 'admin', 'orders:read']);
const guest: Principal = { ...userAs('web', ['anonymous', 'menu:read']), kind: 'anonymous', subject: 'anonymous' };
const scopesOf = (role: string): readonly string[] =>
  ({ anonymous: ['menu:read'], customer: ['orders:read'], admin: ['admin', 'orders:read'] })[role] ?? [];
const edges = {
  gateway: { channel: 'gateway', roles: ['admin', 'customer'] },
  web: { channel: 'web', roles: ['anonymous', 'customer'] },
};
let keys: Record<'orders' | 'customers' | 'payments' | 'gateway' | 'web' | 'stranger', JWK>;
let publicKeys: Record<string, JWK[]>;

/** A service in a process of its own; `as` is whose key it has got. */
const identityOf = (self: string, own: Record<string, JWK>): Promise<Identity> =>
  createIdentity({ internalKey: { self, privateKeys: own, publicKeys, edges }, scopesOf });

beforeAll(async () => {
  const names = ['orders', 'customers', 'payments', 'gateway', 'web', 'stranger'] as const;
  keys = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await newSigningKey()] as const)),
  ) as typeof keys;
  publicKeys = Object.fromEntries(names.slice(0, 5).map((name) => [name, [publicHalf(keys[name])]]));
});

describe('services with a key each', () => {
  it('believe a service about itself, and an edge about users', async () => {
    const payments = await identityOf('payments', { payments: keys.payments });
    const orders = await identityOf('orders', { orders: keys.orders });
    const gateway = await identityOf('gateway', { gateway: keys.gateway });
    expect(
      await payments.verifyInternalToken(
        await orders.mintInternalToken(servicePrincipal('orders'), 'payments'),
        'payments',
      ),
    ).toMatchObject({ kind: 'service', subject: 'orders' });
    expect(
      await payments.verifyInternalToken(await gateway.mintInternalToken(user, 'payments'), 'payments'),
    ).toMatchObject({ kind: 'user', subject: 'someone' });
  });

  it('believe no service that says it is another, nor one that brings a user', async () => {
    const payments = await identityOf('payments', { payments: keys.payments });
    const customers = await identityOf('customers', { customers: keys.customers });
    await expect(customers.mintInternalToken(servicePrincipal('orders'), 'payments')).rejects.toThrow(
      'customers has no key to speak as orders',
    );
    // A process that was taken over puts the name that it likes on the key that it has.
    const posing = await identityOf('customers', { orders: keys.customers, customers: keys.customers });
    await expect(
      payments.verifyInternalToken(await posing.mintInternalToken(servicePrincipal('orders'), 'payments'), 'payments'),
    ).rejects.toThrow(InvalidToken);
    await expect(
      payments.verifyInternalToken(await posing.mintInternalToken(user, 'payments'), 'payments'),
    ).rejects.toThrow('customers may not speak as user someone');
  });

  it('believe no service that claims rights for itself', async () => {
    const payments = await identityOf('payments', { payments: keys.payments });
    const orders = await identityOf('orders', { orders: keys.orders });
    const grant = { role: 'admin', scopes: new Set<string>(), bindings: {} };
    const rights: Principal['grants'][number][] = [
      grant,
      { ...grant, scopes: new Set(['admin']) },
      { ...grant, bindings: { store: '17' } },
    ];
    for (const each of rights) {
      const token = await orders.mintInternalToken({ ...servicePrincipal('orders'), grants: [each] }, 'payments');
      await expect(payments.verifyInternalToken(token, 'payments')).rejects.toThrow('orders may not speak as service');
    }
  });

  it('believe nobody whose key they were not given', async () => {
    const payments = await identityOf('payments', { payments: keys.payments });
    const stranger = await identityOf('stranger', { stranger: keys.stranger });
    await expect(
      payments.verifyInternalToken(
        await stranger.mintInternalToken(servicePrincipal('stranger'), 'payments'),
        'payments',
      ),
    ).rejects.toThrow(InvalidToken);
  });

  it('believe two keys of one service while one is exchanged for the other', async () => {
    const next = await newSigningKey();
    const asks = servicePrincipal('orders');
    const both = { ...publicKeys, orders: [...publicKeys['orders']!, publicHalf(next)] };
    const payments = await createIdentity({
      internalKey: { self: 'payments', privateKeys: { payments: keys.payments }, publicKeys: both, edges },
      scopesOf,
    });
    const [before, after] = await Promise.all([
      identityOf('orders', { orders: keys.orders }),
      identityOf('orders', { orders: next }),
    ]);
    const [oldToken, newToken] = await Promise.all([
      before.mintInternalToken(asks, 'payments'),
      after.mintInternalToken(asks, 'payments'),
    ]);
    expect(decodeProtectedHeader(oldToken).kid).not.toBe(decodeProtectedHeader(newToken).kid);
    for (const token of [oldToken, newToken])
      expect(await payments.verifyInternalToken(token, 'payments')).toMatchObject({ subject: 'orders' });
    const settled = await createIdentity({
      internalKey: {
        self: 'payments',
        privateKeys: {},
        publicKeys: { ...publicKeys, orders: [publicHalf(next)] },
        edges,
      },
      scopesOf,
    });
    await expect(settled.verifyInternalToken(oldToken, 'payments')).rejects.toThrow(InvalidToken);
  });

  it('believe an edge about those who may come to it, and only that they may what their role may', async () => {
    const payments = await identityOf('payments', { payments: keys.payments });
    const web = await identityOf('web', { web: keys.web });
    const brought = async (principal: Principal): Promise<Principal> =>
      payments.verifyInternalToken(await web.mintInternalToken(principal, 'payments'), 'payments');
    for (const each of [userAs('web', ['customer', 'orders:read']), userAs('web'), guest])
      expect(await brought(each)).toMatchObject({ subject: each.subject });
    const posing: [string, Principal][] = [
      ['in a role of another channel', userAs('web', ['admin', 'admin'])],
      ['in one of its roles, and that one', userAs('web', ['customer', 'orders:read'], ['admin'])],
      ['with a scope that the role has not', userAs('web', ['customer', 'admin'])],
      ['through another channel', userAs('gateway', ['customer', 'orders:read'])],
      ['who is nobody, in a role', { ...guest, grants: userAs('web', ['customer', 'orders:read']).grants }],
    ];
    for (const [what, principal] of posing)
      await expect(brought(principal), what).rejects.toThrow('web may not speak as');
  });

  it('believe no token that lives for longer than such tokens do', async () => {
    const payments = await identityOf('payments', { payments: keys.payments });
    const now = Math.floor(Date.now() / 1_000);
    const sent = async (issuedAt: number | undefined, expiresAt: number): Promise<Principal> => {
      const claims = { kind: 'service', grants: [], channel: 'internal', ...(issuedAt && { iat: issuedAt }) };
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'internal+jwt' })
        .setIssuer('orders')
        .setSubject('orders')
        .setAudience('payments')
        .setExpirationTime(expiresAt)
        .sign(await importJWK(keys.orders, 'ES256'));
      return payments.verifyInternalToken(token, 'payments');
    };
    expect(await sent(now, now + 60)).toMatchObject({ subject: 'orders' });
    for (const [issuedAt, expiresAt] of [
      [now, now + 3_600],
      [now - 3_600, now + 30],
      [now + 3_600, now + 3_660],
      [undefined, now + 60],
    ] as const)
      await expect(sent(issuedAt, expiresAt)).rejects.toThrow(InvalidToken);
  });
});

describe('somebody who acts for somebody else', () => {
  const subject = '019a0000-0000-7000-8000-000000000001';
  const acting = { issuingChannel: 'staff', role: 'customer', scopes: ['orders:read'], seconds: 900 };
  const others = { ...edges, 'channel-staff': { channel: 'staff', roles: ['support'] } };
  let now = new Date('2026-03-01T12:00:00Z');
  let staffKey: JWK;
  const replica = (self: string, own: Record<string, JWK>, policy = acting) =>
    createIdentity({
      internalKey: {
        self,
        privateKeys: own,
        publicKeys: { ...publicKeys, 'channel-staff': [publicHalf(staffKey)] },
        edges: others,
      },
      client: { issuer: 'idp', audience: 'chain', keys: { keys: [publicHalf(keys.stranger)] } },
      scopesOf,
      isNamedById: (role) => role === 'customer',
      acting: policy,
      clock: () => now,
    });
  const web = { name: 'web', roles: ['customer'] };
  beforeAll(async () => {
    staffKey = await newSigningKey();
  });

  it('has the rows of the one, few of the rights, and the name of the other, up to the end of the session', async () => {
    const staff = await replica('channel-staff', { 'channel-staff': staffKey });
    const edge = await replica('web', { web: keys.web });
    const token = await staff.issueActingToken('web', { subject, actor: 'support-7' });
    const { principal, expiresAt } = await edge.verifyClientToken(token, web);
    expect(principal).toEqual({
      kind: 'user',
      subject,
      channel: 'web',
      act: { subject: 'support-7' },
      grants: [{ role: 'customer', scopes: new Set(['orders:read']), bindings: {} }],
    });
    expect(expiresAt).toEqual(new Date('2026-03-01T12:15:00Z'));
    const orders = await replica('orders', { orders: keys.orders });
    expect(await orders.verifyInternalToken(await edge.mintInternalToken(principal, 'orders'), 'orders')).toEqual(
      principal,
    );
    const themselves = { ...principal, act: undefined };
    const own = await edge.mintInternalToken(themselves, 'orders');
    expect(
      (await orders.verifyInternalToken(own, 'orders')).act,
      'no token is shared with the customer',
    ).toBeUndefined();
    now = new Date('2026-03-01T12:15:06Z');
    await expect(edge.verifyClientToken(token, web)).rejects.toThrow(InvalidToken);
    now = new Date('2026-03-01T12:00:00Z');
  });

  it('is let in by the one channel alone, on the channel that it named, in no other role', async () => {
    const staff = await replica('channel-staff', { 'channel-staff': staffKey });
    const edge = await replica('web', { web: keys.web });
    const token = await staff.issueActingToken('web', { subject, actor: 'support-7' });
    for (const channel of [
      { name: 'mobile', roles: ['customer'] },
      { name: 'web', roles: ['support'] },
    ])
      await expect(edge.verifyClientToken(token, channel)).rejects.toThrow(InvalidToken);
    await expect(edge.issueActingToken('web', { subject, actor: 'me' })).rejects.toThrow('no key to speak as');
    const posing = await replica('web', { web: keys.web, 'channel-staff': keys.web });
    const forged = await posing.issueActingToken('web', { subject, actor: 'me' });
    await expect(edge.verifyClientToken(forged, web)).rejects.toThrow(InvalidToken);
    const nobody = await staff.issueActingToken('web', { subject: 'not-an-id', actor: 'support-7' });
    await expect(edge.verifyClientToken(nobody, web)).rejects.toThrow('is an id');
  });
});
