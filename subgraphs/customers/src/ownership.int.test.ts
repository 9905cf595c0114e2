import { describe, expect, it } from 'vitest';
import type { Principal } from '#platform/identity/principal.ts';
import { nobody, principalWith } from '#platform/testkit/testSubgraph.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { ada, admin, ask, customer, graph, home, somebody, startCustomers } from './testing/customersGraph.ts';

startCustomers();

describe('me', () => {
  it('is the customer of the token, seeded with addresses near the demo store', async () => {
    const { me } = await ask<{ me: { addresses: { isDefault: boolean; current: { id: string; city: string } }[] } }>(
      ada,
      `{ me {
      id givenName familyName email phone birthday locale registeredAt preferences { diets avoidAllergens marketingChannel }
      addresses { isDefault current { id city position { latitude longitude } } } favouriteStores { edges { addedAt node { id } } } } }`,
    );
    expect(me).toMatchObject({
      id: seedId('customer', 1),
      givenName: 'Ada',
      email: 'ada@example.com',
      favouriteStores: { edges: [{ node: { id: seedId('store', 1) } }] },
    });
    expect(me.addresses.map(({ isDefault, current }) => [isDefault, current.id, current.city])).toEqual([
      [true, seedId('addressVersion', '1/1'), 'Berlin'],
      [false, seedId('addressVersion', '1/2'), 'Berlin'],
    ]);
  });

  it.each<[string, Principal]>([
    ['nobody', nobody],
    ['a kiosk', principalWith(roleScopes.kiosk, { subject: seedId('customer', 1), roles: ['kiosk'] })],
    [
      'a courier with the same subject',
      principalWith(roleScopes.courier, { subject: seedId('customer', 1), roles: ['courier'] }),
    ],
    ['a customer who has not registered', customer(seedId('test', 'unregistered'))],
    ['a customer whose subject is no id', customer('ada')],
    ['a customer without the scope', principalWith([], { subject: seedId('customer', 1), roles: ['customer'] })],
  ])('is null for %s', async (_who, principal) => {
    expect(await ask(principal, '{ me { id givenName } }')).toEqual({ me: null });
  });
});

describe('another customer', () => {
  const entities = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer { givenName } ... on AddressVersion { line1 } } }`;
  const both = (customerId: string, versionId: string) => ({
    of: [
      { __typename: 'Customer', id: customerId },
      { __typename: 'AddressVersion', id: versionId },
    ],
  });
  const adas = both(seedId('customer', 1), seedId('addressVersion', '1/1'));

  it('is answered like one that does not exist', async () => {
    const missing = await ask(ada, entities, both(seedId('customer', 999), seedId('addressVersion', '999/1')));
    expect(missing).toEqual({ _entities: [null, null] });
    const manager = principalWith(roleScopes.manager, { roles: ['manager'], bindings: { store: seedId('store', 1) } });
    for (const principal of [customer(seedId('customer', 2)), manager, nobody])
      expect(await ask(principal, entities, adas)).toEqual(missing);
  });

  it('is visible to themselves and to admins, who also find them by e-mail', async () => {
    const expected = { _entities: [{ givenName: 'Ada' }, { line1: expect.any(String) as string }] };
    expect(await ask(ada, entities, adas)).toEqual(expected);
    expect(await ask(admin, entities, adas)).toEqual(expected);
    expect(
      await ask(
        admin,
        `{ customerByEmail(email: " ADA@example.COM") { id } none: customerByEmail(email: "nobody@example.com") { id } }`,
      ),
    ).toEqual({ customerByEmail: { id: seedId('customer', 1) }, none: null });
    expect(
      (await graph.as(ada)(`{ customerByEmail(email: "ada@example.com") { id } }`)).errors?.[0]?.extensions?.['code'],
    ).toBe('FORBIDDEN');
  });

  it('keeps their addresses: changing or removing one answers as for one that does not exist', async () => {
    const eve = await somebody();
    const change = (addressId: string) =>
      ask(eve, `mutation ($input: ChangeAddressInput!) { changeAddress(input: $input) { __typename } }`, {
        input: { idempotencyKey: addressId, addressId, address: home },
      });
    const remove = (addressId: string) =>
      ask(eve, `mutation ($id: ID!) { removeAddress(addressId: $id) { __typename } }`, { id: addressId });
    for (const addressId of [seedId('address', '1/1'), seedId('address', 'none'), 'nonsense']) {
      expect(await change(addressId)).toEqual({ changeAddress: { __typename: 'CustomerAddressNotFound' } });
      expect(await remove(addressId)).toEqual({ removeAddress: { __typename: 'CustomerAddressNotFound' } });
    }
  });
});

describe('a list of customers', () => {
  it('costs as many statements for 50 as for 5', async () => {
    const load = async (count: number) => {
      const result = await ask<{ _entities: object[] }>(
        admin,
        `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer {
        givenName addresses { current { line1 } } consents { granted } consentHistory(first: 2) { edges { node { purpose } } }
        favouriteStores(first: 2) { edges { node { id } } } } } }`,
        {
          of: Array.from({ length: count }, (_, index) => ({
            __typename: 'Customer',
            id: seedId('customer', index + 1),
          })),
        },
      );
      expect(result._entities.filter((each) => 'givenName' in each)).toHaveLength(count);
    };
    const five = await graph.statementsOf(() => load(5));
    expect(five).toBeGreaterThan(0);
    expect(await graph.statementsOf(() => load(50))).toBe(five);
  });
});
