import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import { defineReadModel } from '#platform/events/defineReadModel.ts';
import { projectReadModels } from '#platform/events/projectReadModels.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { counterDomain, CounterRaised, raised, type CounterDomain } from '#platform/events/fixtures/counterDomain.ts';
import { PermanentFailure } from '#platform/events/failure.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import { startRelay, type Relay } from '#platform/events/relay.ts';
import { runConsumers, type RunningConsumers } from '#platform/events/runConsumers.ts';
import { databaseOf, emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { until } from '#platform/testkit/until.ts';
import { eventsCommand } from './eventsCommand.ts';

describe('the command "events"', () => {
  let domain: CounterDomain & { close(): Promise<void> };
  let url: string;
  let bus: EventBus;
  let relay: Relay;
  let running: RunningConsumers;
  let bug = true;
  let printed: string[];

  const consumer = onEvent(CounterRaised, 'counters.raised', async ({ data }) => {
    if (bug && data.counter === 'sick') throw new PermanentFailure('not yet');
  });
  const seen = defineReadModel({
    name: 'seen',
    table: 'seen',
    events: [CounterRaised],
    project: async (tx, event, table) =>
      void (await tx.$executeRawUnsafe(`insert into ${table} values ($1)`, event.data.counter)),
  });

  beforeAll(async () => {
    const [own, busDatabase] = await Promise.all([emptyDatabase(), databaseOf('platform/events/bus/migrations')]);
    url = own.url;
    domain = counterDomain(url, { relay: () => relay });
    await domain.pool.query('create table seen (counter text)');
    bus = await postgresBus({ databaseUrl: busDatabase.url, log: domain.log });
    relay = await startRelay(domain, bus);
    running = await runConsumers(domain, [consumer, ...projectReadModels([seen], 'counters')], bus);
    for (const counter of ['sick', 'well', 'sick'])
      await domain.transaction((tx) => domain.events.append(tx, null, [raised(counter)]));
    await until(
      async () =>
        (await domain.pool.query('select 1 from platform.parked')).rowCount === 2 &&
        (await domain.pool.query('select 1 from seen')).rowCount === 3,
    );
  });
  afterAll(async () => {
    await running.stop();
    await relay.stop();
    await bus.close();
    await domain.close();
  });
  beforeEach(() => {
    printed = [];
  });

  // Any domain of the registry will do: the database is told.
  const run = (words: string, flags: Record<string, string> = {}) =>
    eventsCommand({ words: words.split(' '), flags, urlOf: () => url, print: (line) => printed.push(line) });

  it('lists, shows and replays what is parked, and says what still fails', async () => {
    expect(await run('parked list orders')).toBe(true);
    expect(printed).toEqual([
      expect.stringMatching(
        /^orders {2}1 {2}failed .* counters\.raised {2}counter:sick {2}CounterRaised {2}PermanentFailure: not yet$/,
      ),
      expect.stringMatching(/^orders {2}2 {2}waiting .* behind 1$/),
    ]);
    printed = [];
    expect(await run('parked show orders 1')).toBe(true);
    expect(printed.join('\n')).toMatch(/reason +PermanentFailure: not yet[^]*"counter": "sick"/);
    printed = [];
    expect(await run('parked replay orders', { CONSUMER: 'counters.raised' })).toBe(false);
    expect(printed).toEqual([
      '0 replayed',
      'still parked: 1  counters.raised  counter:sick  PermanentFailure: not yet',
    ]);
    bug = false;
    printed = [];
    expect(await run('parked replay orders', { ID: '1' })).toBe(true);
    expect(await run('parked list orders')).toBe(true);
    expect(printed).toEqual(['2 replayed', 'nothing is parked']);
  });

  it('rebuilds a read model, with or without its domain named', async () => {
    await domain.pool.query('delete from seen');
    expect(await run('rebuild orders seen')).toBe(true);
    expect(await run('rebuild seen')).toBe(true);
    expect(printed).toEqual(['seen of orders was rebuilt from 3 events', 'seen of stores was rebuilt from 3 events']);
    expect((await domain.pool.query('select 1 from seen')).rowCount).toBe(3);
  });

  it.each([
    ['parked', 'parked is not understood'],
    ['parked show orders x', 'x is not the id of a parked message'],
    ['parked show orders 99', 'orders has nothing parked under 99'],
    ['parked replay nowhere', 'name a domain: stores'],
    ['rebuild orders nothing', 'orders: there is no read model nothing here; there is seen.'],
    ['rebuild nothing', 'no domain has a read model nothing'],
  ])('says what is wrong with "%s"', async (words, message) => {
    await expect(run(words)).rejects.toThrow(message);
  });

  it('says so when the database cannot be reached', async () => {
    await expect(
      eventsCommand({
        words: ['parked', 'list'],
        flags: {},
        urlOf: () => 'postgres://x@127.0.0.1:1/x',
        print: () => undefined,
      }),
    ).rejects.toThrow('does the system run?');
  });
});
