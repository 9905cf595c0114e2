import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageProviderPact } from '@pact-foundation/pact';
import { beforeAll, expect, it } from 'vitest';
import { eventColumns, toEnvelope, type EventRow } from '#platform/events/envelope.ts';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import { exampleTime } from '#schema/seed/exampleEvent.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';
import { orderInput } from '../harness/placing.ts';
import { callRest } from '../rest/restCall.ts';
import {
  descriptionOf,
  fileOf,
  hearings,
  isLike,
  writeMessagePact,
  type HearAs,
  type Hearing,
} from './eventConsumers.ts';
import { verifyPact } from './verifyPact.ts';

const folder = fileURLToPath(new URL('../../schema/pacts/events/', import.meta.url));
const undone = new Error('undone');

let system: TestSystem;
let byFile: ReadonlyMap<string, readonly Hearing[]>;

/** Runs the handler on the data of the running system at the time of the event, and undoes what it did. */
const hearAs: HearAs = async (name, consumer, event) => {
  const { domain } = system.subgraph(name);
  const then = Object.create(domain, { clock: { value: () => new Date(exampleTime) } }) as typeof domain;
  await domain
    .transaction(async (tx) => {
      // What is one statement is made, which reads the event, and not sent.
      consumer.effectOf?.(event, then);
      await consumer.handle(event, { domain: then, tx });
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
};

beforeAll(async () => {
  system = await sharedSystem();
  const grouped = new Map<string, Hearing[]>();
  for (const hearing of await hearings(hearAs))
    grouped.set(fileOf(hearing), [...(grouped.get(fileOf(hearing)) ?? []), hearing]);
  byFile = grouped;
});

it('each consumer of another domain’s event reads what its pact promises, and the pact is committed', async () => {
  const dir = temporaryFolder('pacts');
  for (const [file, own] of byFile) {
    await writeMessagePact(own, dir);
    // `vitest run -u` writes it anew.
    await expect(readFileSync(join(dir, file), 'utf8')).toMatchFileSnapshot(join(folder, file));
  }
  expect(readdirSync(folder).sort()).toEqual([...byFile.keys()].sort());
});

/** Verifies pacts against these events. Resolves to what is wrong; undefined for pacts that are kept. */
async function verify(events: ReadonlyMap<Hearing, EventEnvelope>): Promise<string | undefined> {
  const told = [...events];
  const messageProviders = Object.fromEntries(
    told.map(([hearing, event]) => [descriptionOf(hearing), () => Promise.resolve(event)]),
  );
  const wrong: string[] = [];
  for (const [file, { provider }] of new Map(told.map(([hearing]) => [join(folder, fileOf(hearing)), hearing]))) {
    const run = () =>
      new MessageProviderPact({ provider, messageProviders, pactUrls: [file], logLevel: 'error' }).verify();
    const problem = await verifyPact({ file, provider, run });
    if (problem !== undefined) wrong.push(problem);
  }
  return wrong.length === 0 ? undefined : wrong.join('\n');
}

const heardOf = (provider: string): readonly Hearing[] =>
  [...byFile.values()].flat().filter((hearing) => hearing.provider === provider);

it('each pact is kept by the events as their domains declare them', async () => {
  for (const provider of new Set([...byFile.values()].flat().map((hearing) => hearing.provider))) {
    const events = new Map(heardOf(provider).map((hearing) => [hearing, hearing.example]));
    expect([provider, await verify(events)]).toEqual([provider, undefined]);
  }
});

it('a field that is gone is red for those who read it, and for nobody else', async () => {
  const red: string[] = [];
  for (const hearing of heardOf('orders').filter(({ event }) => event === 'OrderStatusChanged')) {
    const own = byFile.get(fileOf(hearing))!;
    const events = new Map(own.map((each) => [each, without(each.example, 'total')]));
    if ((await verify(events)) !== undefined) red.push(hearing.consumer);
  }
  expect(red.sort()).toEqual(['loyalty', 'notifications']);
});

const without = (event: EventEnvelope, name: string): EventEnvelope => ({
  ...event,
  data: { ...(event.data as object), [name]: undefined },
});

it('an order of the running system keeps the pacts of those who hear of it', async () => {
  const token = await system.tokenFor({ role: 'customer' });
  const { idempotencyKey, ...body } = orderInput('TAKEAWAY');
  const rest = system.urlOf('rest');
  const placed = await callRest(rest, 'POST /v1/orders', {
    token,
    body,
    headers: { 'idempotency-key': idempotencyKey },
  });
  const { id } = placed.body as { id: string };
  expect((await callRest(rest, `POST /v1/orders/${id}/cancellations`, { token })).status).toBe(201);
  const { rows } = await system
    .subgraph('orders')
    .domain.pool.query<EventRow>(`select ${eventColumns} from platform.event e where stream = $1`, [`order:${id}`]);
  const told = rows.map((row) => toEnvelope(row, 'orders-service'));
  const produced = heardOf('orders').flatMap((hearing) => {
    const event = told.find((each) => each.eventType === hearing.event && isLike(hearing, each));
    return event ? [[hearing, event] as const] : [];
  });
  expect(produced.map(([{ consumer, event }]) => `${consumer} ${event}`)).toEqual(
    expect.arrayContaining(['channels OrderCreated', 'channels OrderStatusChanged', 'partners OrderStatusChanged']),
  );
  // The others are about what did not happen to this order.
  const events = new Map(heardOf('orders').map((hearing) => [hearing, hearing.example]));
  expect(await verify(new Map([...events, ...produced]))).toBeUndefined();
});
