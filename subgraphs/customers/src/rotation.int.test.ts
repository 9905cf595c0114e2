import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { createKeyring } from '#platform/pii/keyring.ts';
import { rewrapKeys } from '#platform/pii/rewrapKeys.ts';
import { testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Customers } from './context.ts';
import customers from './main.ts';
import { customer } from './testing/customersGraph.ts';

const key = () => randomBytes(32).toString('base64');
const [before, after, index] = [key(), key(), key()];
const rings = {
  onlyAfter: { PII_MASTER_KEYS: after, PII_INDEX_KEY: index },
  rotating: { PII_MASTER_KEYS: `${after},${before}`, PII_INDEX_KEY: index },
  asBefore: { PII_MASTER_KEYS: `${before},${after}`, PII_INDEX_KEY: index },
};
const ring = (of: keyof typeof rings) =>
  createKeyring({ masterKeys: rings[of].PII_MASTER_KEYS, indexKey: rings[of].PII_INDEX_KEY });

/** It serves as it does after a new master key was put before the old one, which has wrapped all keys. */
let graph: TestSubgraph<Customers>;
const nothing = () => Promise.resolve();
const rewrap = (of: keyof typeof rings, tell: Parameters<typeof rewrapKeys>[1] = nothing) =>
  rewrapKeys({ pool: graph.domain.pool, config: rings[of] }, tell);
const wrappedKeys = () => graph.domain.db.customerKey.findMany();

beforeAll(async () => {
  graph = await testSubgraph<Customers>(customers, { seed: true, configuration: rings.rotating });
});

it('wraps the keys of all customers by the new master key while they are served, without a failed request', async () => {
  const { rewrapped: all } = await rewrap('asBefore');
  expect(all).toBe((await wrappedKeys()).length);
  const { customerId, wrapped } = (await wrappedKeys())[0]!;
  expect(() => ring('onlyAfter').unwrap(customerId, wrapped)).toThrow('not configured');

  const ada = graph.as(customer(seedId('customer', 1)));
  let done = false;
  let served = 0;
  const load = Array.from({ length: 8 }, async () => {
    while (!done) {
      const { data, errors } = await ada('{ me { givenName addresses { current { line1 } } } }');
      expect(errors).toBeUndefined();
      expect((data as { me: { givenName: string } }).me.givenName).toBe('Ada');
      served += 1;
    }
  });
  const told: unknown[] = [];
  try {
    for (let turn = 0; turn < 5; turn++) {
      await rewrap('asBefore');
      expect(await rewrap('rotating', async (soFar) => void told.push(soFar))).toEqual({
        rewrapped: all,
        unreadable: 0,
      });
    }
  } finally {
    done = true;
    await Promise.all(load);
  }
  expect(served).toBeGreaterThan(8);
  expect(told.at(-1)).toEqual({ rewrapped: all, unreadable: 0 });
  for (const row of await wrappedKeys()) ring('onlyAfter').unwrap(row.customerId, row.wrapped);
  expect(await rewrap('rotating')).toEqual({ rewrapped: 0, unreadable: 0 });
});

it('leaves what no master key unwraps, and says how many that are', async () => {
  const { customerId, wrapped } = (await wrappedKeys())[0]!;
  const foreign = createKeyring({ masterKeys: key(), indexKey: index }).newDataKey(customerId).wrapped;
  await graph.domain.db.customerKey.update({ where: { customerId }, data: { wrapped: foreign } });
  expect(await rewrap('rotating')).toEqual({ rewrapped: 0, unreadable: 1 });
  expect((await graph.domain.db.customerKey.findUnique({ where: { customerId } }))?.wrapped).toEqual(foreign);
  await graph.domain.db.customerKey.update({ where: { customerId }, data: { wrapped } });
});

/** Statements of this database that wait for somebody's lock. */
const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

it('does not bring back the key of somebody who is erased meanwhile', async () => {
  await rewrap('asBefore');
  const { customerId } = (await wrappedKeys())[0]!;
  const { pool } = graph.domain;
  const lock = await pool.connect();
  try {
    await lock.query('begin');
    await lock.query('delete from customer_key where customer_id = $1', [customerId]);
    const working = rewrap('rotating');
    await until(async () => (await pool.query(waiting)).rowCount);
    await lock.query('commit');
    await working;
  } finally {
    lock.release();
  }
  expect(await graph.domain.db.customerKey.findUnique({ where: { customerId } })).toBeNull();
});
