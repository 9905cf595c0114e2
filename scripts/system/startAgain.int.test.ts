import pino from 'pino';
import { afterAll, expect, it } from 'vitest';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { developmentAudience, developmentIssuer, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { createIdentity } from '#platform/identity/identity.ts';
import { localNetwork } from '#platform/rpc/network.ts';
import { runSubgraph } from '#platform/subgraph/runSubgraph.ts';
import { busDatabase, secretOfRun, testDatabase } from '#platform/testkit/testDatabase.ts';
import { until } from '#platform/testkit/until.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { loadDefinitions } from './definitions.ts';
import { patience } from './patience.ts';

const log = pino({ level: 'silent' });
const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

it('a subgraph whose consumers cannot join stops what it began, and starts at the next try', async () => {
  const [registered] = await loadDefinitions(subgraphs.filter(({ name }) => name === 'loyalty'));
  const bus = await postgresBus({ databaseUrl: (await busDatabase()).url, log });
  stops.push(() => bus.close());
  const open = new Set<string>();
  let refusals = 1;
  const refusing: EventBus = {
    publish: (topic, messages) => bus.publish(topic, messages),
    tail: (topics, handle) => bus.tail(topics, handle),
    lag: () => bus.lag(),
    close: () => bus.close(),
    async consume(group, topics, handle) {
      if (group === 'loyalty.orderStatusChanged' && refusals-- > 0)
        throw Object.assign(new Error('the coordinator is not available'), { code: 'ECONNRESET' });
      const subscription = await bus.consume(group, topics, handle);
      open.add(group);
      return { close: async () => (await subscription.close(), void open.delete(group)) };
    },
  };
  const identity = await createIdentity({
    internalKey: await newSigningKey(),
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [] } },
    scopesOf: () => [],
  });
  const running = await runSubgraph(registered!.definition, {
    databaseUrl: (await testDatabase('loyalty')).url,
    bus: refusing,
    identity,
    network: localNetwork(identity),
    log,
    configuration: { PII_MASTER_KEYS: secretOfRun('PII_MASTER_KEYS'), PII_INDEX_KEY: secretOfRun('PII_INDEX_KEY') },
  });
  stops.push(() => running.stop());
  const groups = registered!.definition.consumers!.map(({ name }) => name).sort();

  await expect(running.start()).rejects.toThrow('the coordinator is not available');
  expect([...open]).toEqual([]);
  // The connection on which the relay and operations listen is closed once nobody uses it.
  await until(async () => {
    const { rows } = await running.domain.pool.query(
      "select from pg_stat_activity where datname = current_database() and application_name = 'loyalty-events'",
    );
    return rows.length === 0;
  });
  refusals = 1;
  await patience({ START_PATIENCE_SECONDS: 20 }, log)(() => running.start());
  expect([...open].sort()).toEqual(groups);
});
