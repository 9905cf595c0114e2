import { describe, expect, it } from 'vitest';
import type { Grant, Principal } from '#platform/identity/principal.ts';
import type { OrderView } from './orderView.ts';
import { cancels, meets, ordererAt, ownOrders, seesBoard, worksAt } from './ownership.ts';
import { admin, grant } from './testing/principals.ts';
import { customerId, otherStoreId, storeId } from './testing/otherDomains.ts';

/** One person in several roles, as the full graph admits them; a channel narrows them to its own roles. */
const as = (...grants: Grant[]): Principal => ({ kind: 'user', subject: customerId, grants, channel: 'gateway' });
const guest = grant('customer');
const nothing = { id: { in: [] } };

describe('somebody with several roles', () => {
  it('sees orders as a guest and as a cook, and cancels only those of the guest', () => {
    const both = as(guest, grant('kitchen', storeId));
    expect(ownOrders(both)).toEqual({ OR: [{ customerId }, { storeId }] });
    expect(cancels(both)).toEqual([{ by: 'guest', own: { OR: [{ customerId }] } }]);
  });

  it('cancels as a manager at the store of that role, and elsewhere as a guest', () => {
    expect(cancels(as(guest, grant('manager', storeId)))).toEqual([
      { by: 'manager', own: { OR: [{ storeId }] } },
      { by: 'guest', own: { OR: [{ customerId }] } },
    ]);
  });

  it('works in both stores, and orders and cancels at the one that it manages', () => {
    const both = as(grant('kitchen', otherStoreId), grant('manager', storeId));
    for (const id of [storeId, otherStoreId]) expect([worksAt(both, id), seesBoard(both, id)]).toEqual([true, true]);
    expect(ordererAt(both, storeId)).toMatchObject({ customerId: null, deviceId: null });
    expect(ordererAt(both, otherStoreId)).toBeUndefined();
    expect(cancels(both)).toEqual([{ by: 'manager', own: { OR: [{ storeId }] } }]);
  });

  it('carries orders as a courier, which lets nobody cancel them', () => {
    const both = as(guest, grant('courier'));
    expect(ownOrders(both)).toEqual({ OR: [{ customerId }, { courierId: customerId }] });
    expect(cancels(both)).toEqual([{ by: 'guest', own: { OR: [{ customerId }] } }]);
  });
});

it.each<[string, Grant]>([
  ['a guest whose token names a store', grant('customer', storeId)],
  ['a cook of no store', grant('kitchen')],
  ['a manager of something that is no store', grant('manager', 'everywhere')],
])('nobody else works at the store: %s', (_who, only) => {
  expect([worksAt(as(only), storeId), seesBoard(as(only), storeId)]).toEqual([false, false]);
});

it('owns no order without a role that does, and every order as an admin', () => {
  expect([ownOrders(as()), ownOrders(as(grant('manager')))]).toEqual([nothing, nothing]);
  expect([cancels(as()), cancels(as(grant('kitchen', storeId)))]).toEqual([[], []]);
  expect([ownOrders(admin), cancels(admin)]).toEqual([{}, [{ by: 'manager', own: {} }]]);
});

it('tells of each order whether it meets a condition', () => {
  const order = { id: 'o', customerId: null, courierId: 'c', storeId, deviceId: 'k' } as OrderView;
  const here = [{}, { storeId }, { courierId: 'c' }, { storeId: { in: [otherStoreId, storeId] } }];
  expect(here.map((each) => meets(order, each))).toEqual([true, true, true, true]);
  expect(meets(order, { storeId, deviceId: { not: null } })).toBe(true);
  expect(meets({ ...order, deviceId: null }, { storeId, deviceId: { not: null } })).toBe(false);
  expect(meets(order, { OR: [{ customerId }, { storeId }] })).toBe(true);
  const elsewhere = [nothing, { storeId: otherStoreId }, { customerId }, { storeId: { in: [] } }, { courierId: 'd' }];
  for (const each of elsewhere) expect([meets(order, each), meets(order, { OR: [each] })]).toEqual([false, false]);
});
