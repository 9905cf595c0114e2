import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { CustomerExistenceService } from '#generated/proto/drburger/customers/v1/existence_pb.ts';
import { service } from '#platform/rpc/service.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { roleScopes } from '#schema/scopes.ts';
import type { Loyalty } from './context.ts';
import definition from './main.ts';

/** The id that customers do not know. */
const nobodysId = uuidv7();

let loyalty: TestSubgraph<Loyalty>;
let customerId: string;
let orderId: string;

beforeAll(async () => {
  loyalty = await testSubgraph<Loyalty>(definition, {
    others: {
      customers: [
        service(CustomerExistenceService, ['loyalty'], {
          customerExists: ({ customerId: id }) => ({ exists: id !== nobodysId }),
        }),
      ],
    },
  });
});
beforeEach(() => {
  [customerId, orderId] = [uuidv7(), uuidv7()];
});

describe('points of goodwill', () => {
  const support = (n: number) => principalWith(roleScopes.support, { subject: `support-${n}`, roles: ['support'] });
  const give = async (points: number, over: object = {}, who = support(1)) => {
    const { data, errors } = await loyalty.as(who)(
      `mutation ($input: GiveGoodwillInput!) { giveGoodwill(input: $input) { __typename
        ... on GoodwillGiven { balance } ... on GoodwillLimitReached { left } ... on GoodwillInputProblem { field } } }`,
      { input: { idempotencyKey: uuidv7(), customerId, points, reason: 'LATE', ...over } },
    );
    return errors ? errors[0]?.extensions?.['code'] : data!['giveGoodwill'];
  };

  it('are given once for a key, shown in the ledger without an order, not counted as earned, and kept on record', async () => {
    const input = { idempotencyKey: 'late', orderId };
    for (const _ of [1, 2]) expect(await give(120, input)).toEqual({ __typename: 'GoodwillGiven', balance: 120 });
    const owner = principalWith(['loyalty:read'], { subject: customerId, roles: ['customer'] });
    const { data } = await loyalty.as(owner)(
      '{ myLoyaltyAccount { balance earned ledger { edges { node { kind points order { id } } } } } }',
    );
    expect(data).toEqual({
      myLoyaltyAccount: {
        balance: 120,
        earned: 0,
        ledger: { edges: [{ node: { kind: 'GOODWILL', points: 120, order: null } }] },
      },
    });
    expect(await loyalty.domain.db.goodwill.findMany({ where: { customerId } })).toMatchObject([
      { orderId, points: 120, reason: 'LATE', actor: 'user:support-1' },
    ]);
  });

  it('have a limit at once, for a customer on a day, and for whoever gives, also when given all at once', async () => {
    expect(await give(0)).toEqual({ __typename: 'GoodwillInputProblem', field: 'points' });
    expect(await give(501)).toEqual({ __typename: 'GoodwillInputProblem', field: 'points' });
    const answers = await Promise.all([1, 2, 3, 4].map(() => give(400, {}, support(2))));
    expect(answers.filter((answer) => (answer as { __typename: string }).__typename === 'GoodwillGiven')).toHaveLength(
      2,
    );
    expect(await give(201, {}, support(3))).toEqual({ __typename: 'GoodwillLimitReached', left: 200 });
    for (let n = 0; n < 8; n += 1) await give(500, { customerId: uuidv7() }, support(2));
    expect(await give(500, { customerId: uuidv7() }, support(2))).toEqual({
      __typename: 'GoodwillLimitReached',
      left: 200,
    });
  });

  it('are refused for a customer whom nobody knows, and open no account', async () => {
    expect(await give(1, { customerId: nobodysId })).toEqual({
      __typename: 'GoodwillInputProblem',
      field: 'customerId',
    });
    expect(await loyalty.domain.db.account.findUnique({ where: { customerId: nobodysId } })).toBeNull();
  });

  it('are not for others to give, nor for support to read', async () => {
    expect(await give(1, {}, principalWith(roleScopes.manager, { roles: ['manager'] }))).toBe('FORBIDDEN');
    const { errors } = await loyalty.as(support(1))(`{ loyaltyAccount(customerId: "${customerId}") { balance } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
