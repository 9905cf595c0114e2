import { describe, expect, it } from 'vitest';
import { nobody, principalWith } from '#platform/testkit/testSubgraph.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { customer, membershipsAlone, storeId } from './testing/membershipsAlone.ts';

const world = membershipsAlone();
const subscribing = `mutation ($input: SubscribeToMembershipInput!) {
  result: subscribeToMembership(input: $input) {
    __typename
    ... on SubscribeToMembershipSuccess { membership { id status plan { id } } }
    ... on MembershipExists { membership { id } }
    ... on MembershipPriceDiffers { price { amount currency } }
    ... on MembershipInputProblem { field }
  }
}`;
const wanted = { planId: 'plus-monthly', storeId, methodToken: 'tok_visa', agreedPrice: 999 };
const resultOf = async (answer: Promise<{ data?: unknown; errors?: unknown }>) => {
  const { data, errors } = await answer;
  if (errors) throw new Error(JSON.stringify(errors));
  return (data as { result: Record<string, unknown> }).result;
};

describe('plans', () => {
  it('are offered by the country of the store, cheapest first', async () => {
    const query = `query ($storeId: ID!) { result: membershipPlans(storeId: $storeId) {
      price { amount currency } plan { id name(locale: DE) benefits { kind percent } } } }`;
    expect(await resultOf(world.graph.as(nobody)(query, { storeId }))).toMatchObject([
      { price: { amount: 0, currency: 'EUR' }, plan: { id: 'plus-trial', name: 'Plus probieren' } },
      {
        price: { amount: 999 },
        plan: {
          id: 'plus-monthly',
          benefits: [
            { kind: 'FREE_DELIVERY', percent: null },
            { kind: 'POINTS_MULTIPLIER', percent: 200 },
          ],
        },
      },
      { price: { amount: 9_990 }, plan: { id: 'plus-yearly' } },
    ]);
    expect(await resultOf(world.graph.as(nobody)(query, { storeId: seedId('store', 9) }))).toEqual([]);
  });
});

describe('a customer', () => {
  it('asks for a membership, sees it begin, and lets it end with the period', async () => {
    const ask = world.graph.as(customer(1));
    const input = { ...wanted, idempotencyKey: world.nextKey() };
    const first = await resultOf(ask(subscribing, { input }));
    expect(first).toMatchObject({
      __typename: 'SubscribeToMembershipSuccess',
      membership: { plan: { id: 'plus-monthly' } },
    });
    const { id } = first['membership'] as { id: string };
    await world.reached(id, 'ACTIVE');
    expect(await resultOf(ask(subscribing, { input }))).toMatchObject({ membership: { id, status: 'ACTIVE' } });
    expect(await resultOf(ask(subscribing, { input: { ...input, idempotencyKey: world.nextKey() } }))).toEqual({
      __typename: 'MembershipExists',
      membership: { id },
    });
    const cancel = `mutation ($input: CancelMembershipInput!) { result: cancelMembership(input: $input) {
      __typename ... on ChangeMembershipSuccess { membership { cancelsAtEnd status } } } }`;
    for (let n = 0; n < 2; n += 1)
      expect(await resultOf(ask(cancel, { input: { idempotencyKey: world.nextKey() } }))).toEqual({
        __typename: 'ChangeMembershipSuccess',
        membership: { cancelsAtEnd: true, status: 'ACTIVE' },
      });
    expect((await world.told(id)).filter((what) => what === 'CANCELLATION_ASKED')).toHaveLength(1);
    expect(await resultOf(world.graph.as(customer(2))(cancel, { input: { idempotencyKey: world.nextKey() } }))).toEqual(
      { __typename: 'MembershipNotFound' },
    );
    expect(await resultOf(world.graph.as(customer(2))('{ result: myMembership { id } }'))).toBeNull();
    expect(await resultOf(ask('{ result: myMembership { charges { amount { amount } status } } }'))).toEqual({
      charges: [{ amount: { amount: 999 }, status: 'CAPTURED' }],
    });
  });

  it.each([
    [{ agreedPrice: 1 }, { __typename: 'MembershipPriceDiffers', price: { amount: 999, currency: 'EUR' } }],
    [{ planId: 'gold' }, { __typename: 'MembershipNotOffered' }],
    [{ storeId: 'none' }, { __typename: 'MembershipNotOffered' }],
    [{ methodToken: '' }, { __typename: 'MembershipInputProblem', field: 'methodToken' }],
  ])('is told why %j is refused', async (over, result) => {
    const input = { ...wanted, ...over, idempotencyKey: world.nextKey() };
    expect(await resultOf(world.graph.as(customer(3))(subscribing, { input }))).toEqual(result);
  });

  it('who asks many times at once has one membership, and pays once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => world.ask(customer(4))));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['exists', 'exists', 'exists', 'exists', 'requested']);
  });
});

describe('staff', () => {
  it('see what a customer has, and nobody else does', async () => {
    const id = await world.member(customer(6));
    const query = 'query ($customerId: ID!) { result: membershipsOfCustomer(customerId: $customerId) { id } }';
    const customerId = seedId('customer', 6);
    const support = principalWith(roleScopes.support, { roles: ['support'] });
    expect(await resultOf(world.graph.as(support)(query, { customerId }))).toEqual([{ id }]);
    expect((await world.graph.as(customer(6))(query, { customerId })).errors).toBeDefined();
  });
});
