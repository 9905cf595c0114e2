import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { SubscribeToMembershipDocument } from '#generated/bffs/mobile/operations.ts';
import { TimelineDocument } from '#generated/bffs/staff/operations.ts';
import { CancelOrderDocument, PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { shutDatabase } from '../harness/shutDatabase.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
let customer: ChannelClient;
let support: ChannelClient;
beforeAll(async () => {
  system = await sharedSystem();
  customer = system.client('web', { role: 'customer', subject: uuidv7() });
  support = system.client('staff', { role: 'support' });
});

const timelineOf = async (id: string, staff = support) => (await staff.ask(TimelineDocument, { id })).timeline;
const has = (id: string, kind: string, name: string, outcome: string | null) =>
  until(
    async () => {
      const found = await timelineOf(id);
      return found?.entries.some((each) => each.kind === kind && each.name === name && each.outcome === outcome)
        ? found
        : undefined;
    },
    { what: `${kind} ${name} ${String(outcome)}`, timeoutMs: 30_000 },
  );
const placed = async (): Promise<string> =>
  orderOf((await customer.ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') })).placeOrder).id;

test('an order that waits, then is cancelled: its saga with the undos, the calls, the webhooks, by time', async () => {
  const id = await placed();
  await has(id, 'STEP', 'confirm', 'DONE');
  const waits = await until(async () => {
    const { entries = [] } = (await timelineOf(id)) ?? {};
    return entries.find(({ kind, endedAt }) => kind === 'WAIT' && endedAt === null);
  });
  expect(waits).toMatchObject({ name: 'news', detail: expect.stringMatching(/^until \d{4}-/) as string });

  await customer.ask(CancelOrderDocument, { orderId: id });
  await until(async () => (await timelineOf(id))?.entries.some(({ kind, endedAt }) => kind === 'SAGA' && endedAt));
  const { entries, isComplete, unreachableDomains } = (await has(id, 'WEBHOOK_IN', 'payments', 'done'))!;
  expect({ isComplete, unreachableDomains }).toEqual({ isComplete: true, unreachableDomains: [] });
  const lines = entries.map(({ domain, kind, name, outcome }) => [domain, kind, name, outcome].join(' '));
  expect(lines).toEqual(
    expect.arrayContaining([
      'orders EVENT OrderCreated ',
      'orders SAGA placeOrder SUCCESS',
      'orders STEP authorise DONE',
      'payments CALL provider: authorise AUTHORISED',
      'payments EVENT PaymentProcessed AUTHORISED',
      'inventory RECORD reservation of stock RELEASED',
      'orders UNDO release DONE',
      'orders UNDO void DONE',
      'payments EVENT PaymentProcessed VOIDED',
      'orders EVENT OrderStatusChanged CANCELLED',
    ]),
  );
  expect(lines.indexOf('orders UNDO release DONE')).toBeLessThan(lines.indexOf('orders UNDO void DONE'));
  const times = entries.map(({ at }) => at);
  expect(times).toEqual([...times].sort());
  const [created, ...rest] = entries;
  expect(created!.traceId).toMatch(/^[0-9a-f]{32}$/);
  for (const { kind, traceId } of rest) if (kind === 'STEP') expect(traceId).toBe(created!.traceId);
  expect([created!.actor, created!.onBehalfOf], 'the customer acted for themselves').toEqual(['user', null]);
  const authorised = entries.find(({ name, outcome }) => name === 'PaymentProcessed' && outcome === 'AUTHORISED');
  expect([authorised!.actor, authorised!.onBehalfOf], 'a service acted for the customer').toEqual([
    'service:orders',
    'user',
  ]);
});

test('a membership: what payments knows by the ids of its charges is told, too', async () => {
  const subject = uuidv7();
  const { result } = await system.client('mobile', { role: 'customer', subject }).ask(SubscribeToMembershipDocument, {
    input: {
      idempotencyKey: randomUUID(),
      planId: 'plus-monthly',
      storeId: demoStore,
      methodToken: 'tok_visa',
      agreedPrice: 999,
    },
  });
  if (result.__typename !== 'SubscribeToMembershipSuccess') throw new Error(JSON.stringify(result));
  const { entries } = (await has(result.membership.id, 'CALL', 'provider: capture', 'CAPTURED'))!;
  const saga = entries.find(({ kind }) => kind === 'SAGA');
  expect(saga).toMatchObject({ domain: 'memberships', name: 'subscribeToMembership' });
  // Nothing says whose it is.
  expect(JSON.stringify(entries)).not.toContain(subject);
  expect(JSON.stringify(entries)).not.toContain('tok_visa');
});

test('a domain that is down is named, and the others tell their part', async () => {
  const id = await placed();
  await has(id, 'STEP', 'confirm', 'DONE');
  const shut = await shutDatabase(system, 'payments');
  const told = await timelineOf(id).finally(() => shut.open());
  expect(told).toMatchObject({ isComplete: false, unreachableDomains: ['payments'] });
  expect(told!.entries.some(({ name }) => name === 'OrderCreated')).toBe(true);
});

test('a manager sees the orders of their store alone, and nobody what does not exist', async () => {
  const id = await placed();
  await has(id, 'EVENT', 'OrderCreated', null);
  expect((await timelineOf(id, system.client('staff', { role: 'manager' })))?.id).toBe(id);
  const elsewhere = system.client('staff', { role: 'manager', store: seedId('store', 2) });
  expect(await timelineOf(id, elsewhere)).toBeNull();
  for (const unknown of [uuidv7(), 'nobody']) expect(await timelineOf(unknown)).toBeNull();
  const { errors } = await system.client('staff', { role: 'kitchen' }).query(TimelineDocument, { id });
  expect(errors[0]?.extensions?.['code']).toBe('FORBIDDEN');
});
