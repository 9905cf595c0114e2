import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import {
  AuditEntriesDocument,
  BeginSupportSessionDocument,
  EndSupportSessionDocument,
} from '#generated/bffs/staff/operations.ts';
import {
  AccountPageDocument,
  CancelOrderDocument,
  EraseMeDocument,
  OrderTrackingPageDocument,
  PlaceOrderDocument,
  RegisterDocument,
  UpdateProfileDocument,
} from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { ChannelClient, contractOf } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

const customerId = uuidv7();
let system: TestSystem;
let customer: ChannelClient;
let orderId: string;
let token: string;
/** Support, on the channel of the customer's app, with the token of the session. */
let acting: ChannelClient;

const begin = async (role: 'support' | 'manager', of = customerId) =>
  system
    .client('staff', { role })
    .mutate(BeginSupportSessionDocument, { input: { customerId: of, channel: 'WEB', reason: 'CUSTOMER_ASKED' } });

beforeAll(async () => {
  system = await sharedSystem();
  customer = system.client('web', { role: 'customer', subject: customerId });
  const { register } = await customer.ask(RegisterDocument, {
    input: {
      idempotencyKey: randomUUID(),
      givenName: 'Hedy',
      familyName: 'Lamarr',
      email: `hedy.${customerId}@example.com`,
      locale: 'EN',
    },
  });
  expect(register.__typename).toBe('RegisterSuccess');
  orderId = orderOf((await customer.ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') })).placeOrder).id;
});

test('support begins a session for a customer who asked; nobody else can, and for nobody who does not exist', async () => {
  const { data } = await begin('support');
  expect(data?.result).toMatchObject({ __typename: 'SupportSessionBegun', customerId });
  const result = data!.result as { token: string; endsAt: string };
  const left = Date.parse(result.endsAt) - Date.now();
  expect(left).toBeGreaterThan(800_000);
  expect(left).toBeLessThanOrEqual(900_000);
  token = result.token;
  acting = new ChannelClient(system.urlOf('web'), contractOf('web'), () => Promise.resolve(token));
  expect((await begin('support', uuidv7())).data?.result.__typename).toBe('CustomerToSupportNotFound');
  expect((await begin('manager')).errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
});

test('in it support sees the order as the customer does, and nothing of the profile', async () => {
  const { order } = await acting.ask(OrderTrackingPageDocument, { orderId });
  expect(order?.id).toBe(orderId);
  const { data, errors } = await acting.query(AccountPageDocument, {});
  expect(data?.me ?? null).toBeNull();
  expect(JSON.stringify(data)).not.toContain('Lamarr');
  expect(errors?.every(({ extensions }) => extensions?.['code'] === 'FORBIDDEN')).toBe(true);
});

test('in it support can change nothing but to cancel an order, whatever it asks for', async () => {
  const attempts = [
    acting.mutate(UpdateProfileDocument, { input: { givenName: 'Mallory' } }),
    acting.mutate(EraseMeDocument, { confirm: true }),
    acting.mutate(PlaceOrderDocument, { input: orderInput('TAKEAWAY') }),
  ];
  for (const { errors } of await Promise.all(attempts)) expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  // The token is good on the channel of the session alone.
  for (const channel of ['mobile', 'staff', 'gateway', 'rest']) {
    const { status } = await fetch(system.urlOf(channel), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(status, channel).toBe(401);
  }
  const { cancelOrder } = await acting.ask(CancelOrderDocument, { orderId });
  expect(cancelOrder.__typename).toBe('CancelOrderSuccess');
});

test('events and the audit trail name who did it, and for whom; the customer is shown the session', async () => {
  const { rows } = await system.subgraph('orders').domain.pool.query<{ actor: string; for: string | null }>(
    `select metadata ->> 'actor' as actor, metadata ->> 'onBehalfOf' as for from platform.event
       where stream = $1 order by version`,
    [`order:${orderId}`],
  );
  expect(rows[0]).toEqual({ actor: `user:${customerId}`, for: null });
  expect(rows).toContainEqual({ actor: 'user:support-1', for: `user:${customerId}` });
  const entries = await until(async () => {
    const auditor = system.client('staff', { role: 'auditor' });
    const { data } = await auditor.query(AuditEntriesDocument, {
      first: 50,
      filter: { objectId: customerId },
    } as never);
    const found = data?.auditEntries?.edges.map(({ node }) => node) ?? [];
    return found.some(({ action, answer }) => action === 'cancelOrder' && answer) && found;
  });
  expect(entries.find(({ action }) => action === 'cancelOrder')).toMatchObject({
    actor: 'user:support-1',
    roles: ['support'],
    channel: 'web',
    answer: 'CancelOrderSuccess',
    input: expect.arrayContaining([expect.objectContaining({ name: 'onBehalfOf', value: customerId })]) as unknown,
  });
  expect(entries.map(({ action }) => action)).toContain('beginSupportSession');
  const { me } = await customer.ask(AccountPageDocument, {});
  expect(me?.supportActions).toMatchObject([
    { kind: 'SESSION', role: 'SUPPORT', reason: 'CUSTOMER_ASKED', endsAt: expect.any(String) as string },
  ]);
  await acting.close();
});

test('support ends it before its time: the token is refused at once, that of neither person is, and the customer sees it', async () => {
  const orders = { query: '{ __typename }' };
  const statusOf = async (bearer: string): Promise<number> => {
    const response = await fetch(system.urlOf('web'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify(orders),
    });
    return response.status;
  };
  const support = system.client('staff', { role: 'support' });
  const end = async () => (await support.mutate(EndSupportSessionDocument, { input: { customerId } })).data?.result;
  expect(await statusOf(token)).toBe(200);
  // Another one of support ends nothing of it.
  const other = system.client('staff', { role: 'support', subject: 'support-2' });
  const { data } = await other.mutate(EndSupportSessionDocument, { input: { customerId } });
  expect(data?.result.__typename).toBe('NoSupportSession');
  expect(await statusOf(token)).toBe(200);

  expect(await end()).toMatchObject({ __typename: 'SupportSessionEnded', customerId });
  await until(async () => (await statusOf(token)) === 401, { what: 'the token of the session is refused' });
  expect((await end())?.__typename).toBe('NoSupportSession');
  const { me } = await customer.ask(AccountPageDocument, {});
  expect(Date.parse(me!.supportActions[0]!.endsAt!)).toBeLessThanOrEqual(Date.now());
});
