import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OrderScreenDocument, PlaceOrderDocument } from '#generated/bffs/kiosk/operations.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { ChannelClient, contractOf } from '../harness/channelClient.ts';
import { ledgerOf } from '../harness/ledgerOf.ts';
import { orderInput } from '../harness/placing.ts';
import { handOver, markReady, startPreparation } from '../harness/staffDocuments.ts';
import { command, type RunningCommand } from '../start-command/command.ts';

const dataDir = temporaryFolder('killed');
const apiKey = 'the-key-that-only-this-test-knows';
const clients: ChannelClient[] = [];
let base: number;
let env: Record<string, string>;
let running: RunningCommand | undefined;
let kiosk: ChannelClient;
let kitchen: ChannelClient;

async function start(): Promise<void> {
  running = command('start', [], env);
  await running.printed(/^Ready in /);
}

async function clientOf(channel: string, port: number, role: string): Promise<ChannelClient> {
  const asked = command('tokenFor', [role], env);
  expect(await asked.ended()).toBe(0);
  const client = new ChannelClient(`http://127.0.0.1:${port}/graphql`, contractOf(channel), () => Promise.resolve(asked.stdout().trim()));
  clients.push(client);
  return client;
}

beforeAll(async () => {
  base = await freePortBlock(45);
  env = { DATA_DIR: dataDir, PORT_BASE: String(base), SIMULATION: 'off', PAYMENT_PROVIDER_API_KEY: apiKey };
  await start();
  kiosk = await clientOf('kiosk', base + 3, 'kiosk');
  kitchen = await clientOf('gateway', base, 'kitchen');
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await running?.signal('SIGTERM');
});

/** All at once, as when the power fails: the process and its PostgreSQL. */
async function kill(): Promise<void> {
  const postmaster = Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
  const ended = running!.signal('SIGKILL');
  process.kill(postmaster, 'SIGKILL');
  await ended;
}

/** What a device does: the same order, with the same key, until it is answered. Gives the order's id. */
async function place(methodToken: string): Promise<string> {
  const input = orderInput('KIOSK', { payment: { methodToken } });
  const result = await until(async () => {
    const answer = await kiosk.mutate(PlaceOrderDocument, { input }).catch(() => undefined);
    return answer?.data?.placeOrder;
  }, { what: 'the order is acknowledged', timeoutMs: 120_000, intervalMs: 200 });
  if (result.__typename !== 'PlaceOrderSuccess') throw new Error(JSON.stringify(result));
  return result.order.id;
}

const statusOf = async (orderId: string): Promise<string | undefined> => (await kiosk.ask(OrderScreenDocument, { orderId })).order?.status;

/** The kitchen goes on with a ticket as long as there is something to do; what fails it tries again. */
const finish = (orderId: string): Promise<string> => until(async () => {
  const status = await statusOf(orderId);
  if (status === 'CONFIRMED') await kitchen.ask(startPreparation, { orderId });
  if (status === 'PREPARING') await kitchen.ask(markReady, { orderId });
  if (status === 'READY') await kitchen.ask(handOver, { orderId });
  return status && ['COMPLETED', 'REJECTED', 'CANCELLED'].includes(status) && status;
}, { what: `order ${orderId} ends`, timeoutMs: 180_000, intervalMs: 100 });

test('killed amid orders and amid the kitchen, started again on the same data: every acknowledged order ends, charged once', { timeout: 420_000 }, async () => {
  const acknowledged: { id: string; methodToken: string }[] = [];
  const methods = ['tok_visa', 'tok_lost_answer', 'tok_declined', 'tok_slow', 'tok_visa', 'tok_visa'];
  let next = 0;
  const device = async (): Promise<void> => {
    while (next < 24) {
      const methodToken = methods[next++ % methods.length]!;
      acknowledged.push({ id: await place(methodToken), methodToken });
    }
  };
  const placing = Promise.all([device(), device(), device()]);
  await until(() => acknowledged.length >= 6, { what: 'some orders are acknowledged', timeoutMs: 60_000 });
  await kill();
  await start();
  await placing;
  expect(new Set(acknowledged.map(({ id }) => id)).size).toBe(24);

  const finishing = Promise.all(acknowledged.map(async ({ id, methodToken }) => ({ id, methodToken, status: await finish(id) })));
  await until(async () => (await Promise.all(acknowledged.slice(0, 6).map(({ id }) => statusOf(id)))).some((status) => status === 'COMPLETED'), { what: 'some orders are through', timeoutMs: 90_000 });
  await kill();
  await start();
  const ended = await finishing;

  for (const { id, methodToken, status } of ended) {
    const declined = methodToken === 'tok_declined';
    expect(status, methodToken).toBe(declined ? 'REJECTED' : 'COMPLETED');
    const ledger = await ledgerOf({ url: `http://127.0.0.1:${base + 10}`, apiKey }, id);
    expect(ledger.map(({ kind, amount }) => `${kind} ${amount}`), methodToken).toEqual(declined ? ['decline 1280'] : ['authorisation 1280', 'capture 1280']);
  }
});
