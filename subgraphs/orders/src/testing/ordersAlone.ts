import pino from 'pino';
import { beforeAll } from 'vitest';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { changeOrder } from '../commands/changeOrder.ts';
import { placeOrder } from '../commands/placeOrder.ts';
import type { Orders } from '../context.ts';
import orders from '../main.ts';
import { answeringDomains, burger, storeId, usualAnswers } from './otherDomains.ts';

/**
 * Runs orders with a bus but without its saga for the length of a test file, so that the tests themselves move orders
 * along. Call it at the top of the file.
 */
export function ordersAlone() {
  let subgraph: TestSubgraph<Orders>;
  let bus: EventBus;
  let keys = 0;
  const answers = usualAnswers();

  beforeAll(async () => {
    bus = await postgresBus({
      databaseUrl: (await databaseOf('platform/events/bus/migrations')).url,
      log: pino({ level: 'silent' }),
    });
    whenFileEnds(() => bus.close());
    subgraph = await testSubgraph<Orders>(orders, { bus, others: answeringDomains(answers) });
  });

  async function place(principal: Principal, over: Record<string, unknown> = {}): Promise<string> {
    const outcome = await placeOrder(subgraph.domain, principal, {
      storeId,
      service: 'TAKEAWAY',
      lines: [{ menuItemId: burger, quantity: 1 }],
      payment: { methodToken: 'tok' },
      idempotencyKey: `key-${(keys += 1)}`,
      ...over,
    });
    if (outcome.kind !== 'placed') throw new Error(JSON.stringify(outcome));
    return outcome.orderId;
  }

  const confirm = (orderId: string) => changeOrder(subgraph.domain, orderId, { kind: 'confirm', by: 'saga' });

  async function confirmed(principal: Principal, over: Record<string, unknown> = {}): Promise<string> {
    const orderId = await place(principal, over);
    await confirm(orderId);
    return orderId;
  }

  async function ask(
    principal: Principal,
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<Record<string, unknown>> {
    const result = await subgraph.as(principal)(query, variables);
    if (result.errors) throw new Error(JSON.stringify(result.errors));
    return result.data!;
  }

  async function mutate(principal: Principal, mutation: string, orderId: string) {
    const refusal = mutation.startsWith('cancelOrder') ? 'OrderTooLateToCancel' : 'OrderStepRefused';
    return Object.values(
      await ask(principal, `mutation ($orderId: ID!) { ${mutation} { __typename ... on ${refusal} { status } } }`, {
        orderId,
      }),
    )[0];
  }

  return {
    get subgraph() {
      return subgraph;
    },
    get domain() {
      return subgraph.domain;
    },
    get bus() {
      return bus;
    },
    answers,
    place,
    confirm,
    confirmed,
    ask,
    mutate,
  };
}
