import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createKeyring } from '#platform/pii/keyring.ts';
import { exchangeKey } from '#platform/pii/exchangeKey.ts';
import { rewrapKeys } from '#platform/pii/rewrapKeys.ts';
import { testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Customers } from './context.ts';
import customers from './main.ts';
import { sealedRows } from './sealedRows.ts';
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

describe('a customer’s own key', () => {
  const document =
    '{ me { givenName email preferences { diets } addresses { current { line1 position { latitude } } } } }';
  let id: string;
  // One that has a key still, which others above were taken.
  beforeAll(async () => {
    const { rows } = await graph.domain.pool.query<{ id: string }>(
      'select customer_id as id from customer_key join address_version using (customer_id) order by 1 desc limit 1',
    );
    id = rows[0]!.id;
  });
  const exchange = () => exchangeKey(graph.domain, sealedRows, id);
  /** All bytes of the person's that the tables hold. */
  const sealed = async () => {
    const { rows } = await graph.domain.pool.query<Record<string, Buffer | null>>(
      `select c.given_name, c.email, c.diets, k.wrapped, v.line1, v.position from customer c
       join customer_key k on k.customer_id = c.id join address_version v on v.customer_id = c.id where c.id = $1`,
      [id],
    );
    return rows.flatMap((row) => Object.values(row).map((bytes) => bytes!.toString('hex')));
  };

  it('is exchanged while the customer reads and writes, without a failed request; all is sealed anew', async () => {
    const person = graph.as(customer(id));
    const before = await person(document);
    expect(before.errors).toBeUndefined();
    const bytes = await sealed();
    const old = ring('rotating').unwrap(
      id,
      (await graph.domain.db.customerKey.findUniqueOrThrow({ where: { customerId: id } })).wrapped,
    );
    let done = false;
    let served = 0;
    const load = [
      ...Array.from({ length: 6 }, async () => {
        while (!done) {
          expect(await person(document)).toEqual(before);
          served += 1;
        }
      }),
      (async () => {
        for (let n = 0; !done; n += 1) {
          const { data, errors } = await person(
            'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { __typename } }',
            { input: { phone: `+4930555${1_000 + n}` } },
          );
          expect([errors, data]).toEqual([undefined, { updateProfile: { __typename: 'UpdateProfileSuccess' } }]);
        }
      })(),
    ];
    try {
      for (let turn = 0; turn < 20; turn += 1) expect((await exchange()).exchanged).toBe(true);
    } finally {
      done = true;
      await Promise.all(load);
    }
    expect(served).toBeGreaterThan(6);
    const now = await sealed();
    expect(now.filter((each) => bytes.includes(each))).toEqual([]);
    expect(await person(document)).toEqual(before);
    const key = await graph.domain.db.customerKey.findUniqueOrThrow({ where: { customerId: id } });
    expect(ring('rotating').unwrap(id, key.wrapped)).not.toEqual(old);
  });

  it('stays, with all that it seals, if one value does not open', async () => {
    const { pool } = graph.domain;
    const { rows } = await pool.query<{ id: string; city: Buffer }>(
      'select id, city from address_version where customer_id = $1 limit 1',
      [id],
    );
    const [{ id: version, city }] = rows as [{ id: string; city: Buffer }];
    await pool.query('update address_version set city = $2 where id = $1', [version, Buffer.from('02', 'hex')]);
    const before = await sealed();
    await expect(exchange()).rejects.toThrow('addressVersion.city does not open');
    expect(await sealed()).toEqual(before);
    await pool.query('update address_version set city = $2 where id = $1', [version, city]);
  });

  it('does not come back for somebody who is erased', async () => {
    await graph.domain.db.customerKey.delete({ where: { customerId: id } });
    expect(await exchange()).toEqual({ exchanged: false, values: 0 });
    expect(await graph.domain.db.customerKey.findUnique({ where: { customerId: id } })).toBeNull();
  });
});
