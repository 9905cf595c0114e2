import { describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { DeliveryQueryService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import {
  abroad,
  ask,
  customer,
  door,
  freeDelivery,
  graph,
  outdated,
  request,
  startDelivery,
  store,
} from './testing/deliveryGraph.ts';

startDelivery();

describe('a quote', () => {
  const quote = `query ($store: ID!, $version: ID, $position: PositionInput) { deliveryQuote(storeId: $store, addressVersionId: $version, position: $position) {
    __typename ... on DeliveryQuote { fee { amount currency exponent } distanceMetres promisedAt } ... on DeliveryTooFar { maxMetres } ... on DeliveryInputInvalid { field } } }`;
  const version = seedId('addressVersion', '1/1');

  it('is for an address of one’s own, or any position, and the same for other domains', async () => {
    const { deliveryQuote } = await ask<{ deliveryQuote: { distanceMetres: number } }>(customer(1), quote, {
      store: store.id,
      version,
    });
    expect(deliveryQuote).toMatchObject({
      __typename: 'DeliveryQuote',
      fee: { amount: 290, currency: 'EUR', exponent: 2 },
      distanceMetres: 2002,
    });
    expect(
      await ask(customer(1), quote, {
        store: store.id,
        position: { latitude: store.latitude, longitude: store.longitude },
      }),
    ).toMatchObject({ deliveryQuote: { fee: { amount: 190 } } });
    const internal = await graph
      .client(DeliveryQueryService)
      .quote({ ...request(), currency: 'EUR', exponent: 2, at: '2026-03-01T12:00:00Z' });
    expect(internal).toMatchObject({
      deliverable: true,
      fee: 290n,
      distanceMetres: 2002,
      promisedAt: '2026-03-01T12:30:00.000Z',
    });
  });

  it('is free for a member whose plan says so, as long as it does, and for nobody else', async () => {
    const variables = { store: store.id, position: door };
    const feeOf = async (n: number) => {
      const { deliveryQuote } = await ask<{ deliveryQuote: { fee: { amount: number } } }>(
        customer(n),
        quote,
        variables,
      );
      const asked = { ...request(), currency: 'EUR', exponent: 2, at: '2026-03-01T12:00:00Z' };
      const customerId = seedId('customer', n);
      const internal = await graph.client(DeliveryQueryService).quote({ ...asked, customerId });
      expect(Number(internal.fee) === 0).toBe(deliveryQuote.fee.amount === 0);
      return deliveryQuote.fee.amount;
    };
    const usual = await feeOf(2);
    expect(usual).toBeGreaterThan(0);
    await freeDelivery(2, true);
    expect([await feeOf(2), await feeOf(1)]).toEqual([0, usual]);
    await freeDelivery(2, false);
    expect(await feeOf(2)).toBe(usual);
  });

  it.each<[string, Record<string, unknown>, object]>([
    [
      'of another’s address',
      { store: store.id, version: seedId('addressVersion', '2/1') },
      { __typename: 'DeliveryAddressNotFound' },
    ],
    [
      'of an address that is no longer so',
      { store: store.id, version: outdated },
      { __typename: 'DeliveryAddressNotFound' },
    ],
    [
      'across a border, as an order would be',
      { store: store.id, version: abroad },
      { __typename: 'DeliveryNotOffered' },
    ],
    ['of no address', { store: store.id, version: 'nonsense' }, { __typename: 'DeliveryAddressNotFound' }],
    ['from no store', { store: uuidv7(), version }, { __typename: 'DeliveryStoreNotFound' }],
    ['from a store that does not deliver', { store: seedStores[1]!.id, version }, { __typename: 'DeliveryNotOffered' }],
    [
      'too far',
      { store: store.id, position: { latitude: 48.1, longitude: 11.5 } },
      { __typename: 'DeliveryTooFar', maxMetres: 7_000 },
    ],
    [
      'of a position that is none',
      { store: store.id, position: { latitude: 91, longitude: 0 } },
      { __typename: 'DeliveryInputInvalid', field: 'position' },
    ],
    [
      'of both',
      { store: store.id, version, position: door },
      { __typename: 'DeliveryInputInvalid', field: 'addressVersionId' },
    ],
    ['of neither', { store: store.id }, { __typename: 'DeliveryInputInvalid', field: 'addressVersionId' }],
  ])('is refused: %s', async (_name, variables, answer) => {
    expect(await ask(customer(1), quote, variables)).toEqual({ deliveryQuote: answer });
  });
});
