import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { orderInput } from '../harness/placing.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';
import { callRest, type RestCall, type RestReply } from './restCall.ts';

const patience = { timeoutMs: 30_000 };
/** One at which no other scenario orders. */
const otherStore = seedId('store', 7);
let system: TestSystem;
let manager: string;
beforeAll(async () => {
  system = await sharedSystem();
  manager = await system.tokenFor({ role: 'manager' });
});

const call = (route: string, token: string, options: RestCall = {}): Promise<RestReply> =>
  callRest(system.urlOf('rest'), route, {
    token,
    ...options,
    headers: { 'idempotency-key': randomUUID(), ...options.headers },
  });

async function placed(): Promise<string> {
  const { idempotencyKey: _, ...body } = orderInput('TAKEAWAY');
  const answer = await call('POST /v1/orders', await system.tokenFor({ role: 'customer' }), { body });
  expect(answer.status).toBe(201);
  return (answer.body as { id: string }).id;
}

/** Calls a step of an order until the saga has come so far that it is taken. */
const step = (orderId: string, name: string, body?: object): Promise<RestReply> =>
  until(async () => {
    const answer = await call(`POST /v1/orders/${orderId}/${name}`, manager, { body });
    return answer.status === 201 && answer;
  }, patience);

test('a kitchen takes an order from its preparation to the handing over, and it is refunded', async () => {
  const orderId = await placed();
  const early = await call(`POST /v1/orders/${orderId}/handovers`, manager);
  expect(early).toMatchObject({ status: 409, body: { error: { code: 'ORDER_STEP_REFUSED' } } });
  for (const name of ['preparations', 'completions', 'handovers']) {
    const answer = await step(orderId, name);
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `/v1/orders/${orderId}`]);
  }
  const refunded = await step(orderId, 'refunds', { amount: 100 });
  expect(refunded.body).toMatchObject({ refunded: { amount: 100 } });
});

test('a kitchen rejects an order', async () => {
  const orderId = await placed();
  const answer = await step(orderId, 'rejections', { reason: 'KITCHEN_TOO_BUSY' });
  expect(answer.body).toMatchObject({ id: orderId, reason: 'KITCHEN_TOO_BUSY' });
});

test('a manager pauses and resumes a store, says when it is open, and what can be ordered', async () => {
  const token = await system.tokenFor({ role: 'manager', store: otherStore });
  const at = `/v1/stores/${otherStore}`;
  const tag = async () => ({ 'if-match': (await call(`GET ${at}`, token)).headers.get('etag')! });
  const pause = { body: { reason: 'The fryer is broken.' }, headers: await tag() };
  expect((await call(`PUT ${at}/pause`, token, pause)).status).toBe(200);
  expect((await call(`DELETE ${at}/pause`, token, { headers: await tag() })).status).toBe(200);
  const hours = { body: { intervals: [{ opens: '10:00', closes: '12:00' }] }, headers: await tag() };
  expect((await call(`PUT ${at}/opening-exceptions/2031-01-01`, token, hours)).status).toBe(200);
  const stale = { body: { days: [] }, headers: { 'if-match': (await tag())['if-match'].replace(/\d+/, '1') } };
  expect([400, 412]).toContain((await call(`PUT ${at}/opening-hours`, token, stale)).status);
  const item = `/v1/menu/availability/${otherStore}/items/${seedId('menuItem', 'cheeseburger')}`;
  expect((await call(`PUT ${item}`, token, { body: { available: true } })).status).toBe(200);
  expect((await call(`PUT ${item}`, manager, { body: { available: true } })).status).toBe(404);
});

test('a courier says where they are and that they work; a job that is not there is refused', async () => {
  const token = await system.tokenFor({ role: 'courier', subject: seedId('courier', 2) });
  const position = { latitude: 52.5, longitude: 13.4 };
  expect(await call('PUT /v1/couriers/me/position', token, { body: position })).toMatchObject({ status: 200 });
  expect(await call('PUT /v1/couriers/me/availability', token, { body: { available: true } })).toMatchObject({
    status: 200,
    body: { available: true },
  });
  const job = `/v1/deliveries/${randomUUID()}`;
  expect(await call(`POST ${job}/assignments`, token)).toMatchObject({ status: 404 });
  expect(await call(`PUT ${job}/status`, token, { body: { status: 'PICKED_UP' } })).toMatchObject({ status: 404 });
});

test('500: a fault of ours has the body of the company’s document, and says nothing of itself', async () => {
  const { pool } = system.subgraph('loyalty').domain;
  const token = await system.tokenFor({ role: 'customer' });
  await pool.query('ALTER TABLE account RENAME TO account_away');
  try {
    const answer = await call('GET /v2/loyalty/accounts/me', token);
    expect(answer).toMatchObject({ status: 500, body: { error: { code: 'INTERNAL_SERVER_ERROR', details: [] } } });
    expect(JSON.stringify(answer.body)).not.toMatch(/account|relation|SQL|prisma/i);
  } finally {
    await pool.query('ALTER TABLE account_away RENAME TO account');
  }
  expect((await call('GET /v2/loyalty/accounts/me', token)).status).toBe(200);
});
