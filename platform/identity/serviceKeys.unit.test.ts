import { decodeProtectedHeader, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { newSigningKey, publicHalf } from './developmentIssuer.ts';
import { createIdentity, InvalidToken, type Identity } from './identity.ts';
import { servicePrincipal, type Principal } from './principal.ts';

const user: Principal = {
  kind: 'user',
  subject: 'someone',
  grants: [{ role: 'admin', scopes: new Set(['admin']), bindings: {} }],
  channel: 'kiosk',
};
let keys: Record<'orders' | 'customers' | 'payments' | 'gateway' | 'stranger', JWK>;
let publicKeys: Record<string, JWK[]>;

/** A service in a process of its own; `as` is whose key it has got. */
const identityOf = (self: string, own: Record<string, JWK>): Promise<Identity> =>
  createIdentity({ internalKey: { self, privateKeys: own, publicKeys, edges: ['gateway'] }, scopesOf: () => [] });

beforeAll(async () => {
  const names = ['orders', 'customers', 'payments', 'gateway', 'stranger'] as const;
  keys = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await newSigningKey()] as const)),
  ) as typeof keys;
  publicKeys = Object.fromEntries(names.slice(0, 4).map((name) => [name, [publicHalf(keys[name])]]));
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
      internalKey: { self: 'payments', privateKeys: { payments: keys.payments }, publicKeys: both, edges: ['gateway'] },
      scopesOf: () => [],
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
        edges: [],
      },
      scopesOf: () => [],
    });
    await expect(settled.verifyInternalToken(oldToken, 'payments')).rejects.toThrow(InvalidToken);
  });
});
