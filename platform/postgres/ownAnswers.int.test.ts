import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { databaseOf } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { PreparingClient } from './preparingClient.ts';

let url: string;
let pool: pg.Pool;
let plain: pg.Pool;
beforeAll(async () => {
  ({ url } = await databaseOf());
  pool = testPool({ Client: PreparingClient, connectionString: url, max: 3 });
  plain = testPool({ connectionString: url, max: 2 });
  await plain.query('CREATE TABLE written (tag text PRIMARY KEY, number int NOT NULL)');
});
afterAll(() => Promise.all([pool.end(), plain.end()]));

const circle: Record<string, unknown> = {};
circle['self'] = circle;
const unreadable = {
  getTypeParser: () => () => {
    throw new Error('unreadable');
  },
};

/** Questions, by what is to become of them. Each answer names its question by the tag. */
const kinds = {
  written: ['INSERT INTO written VALUES ($1, 1) RETURNING tag', {}],
  read: ['SELECT $1::text AS tag', {}],
  many: ['SELECT $1::text AS tag FROM generate_series(1, 300)', {}],
  onlyOnce: [(tag: string) => `SELECT $1::text AS tag, 1 AS "${tag}"`, {}],
  noParameters: [(tag: string) => `SELECT '${tag}' AS tag`, { bare: true }],
  large: [`SELECT $1::text AS tag, repeat('x', 200000) AS filling`, {}],
  noticed: [`SELECT tell($1::text) AS tag`, {}],
  slow: ['SELECT $1::text AS tag, pg_sleep(0.05)', {}],
  late: ['SELECT $1::text AS tag, pg_sleep(0.05)', { query_timeout: 15 }],
  fails: ['SELECT $1::text AS tag, 1 / (length($1) - length($1))', {}],
  failsAmid: ['SELECT $1::text AS tag, 1 / (150 - n) FROM generate_series(1, 300) AS n', {}],
  unknown: ['SELECT $1::text AS tag FROM nowhere', {}],
  unsendable: ['SELECT $1::text AS tag, $2::jsonb', { more: [circle] }],
  unreadable: ['SELECT $1::text AS tag', { types: unreadable }],
  zero: ['SELECT $1::text AS tag, $2::text', { more: ['\0'] }],
  discards: ['DISCARD ALL', { bare: true }],
} as const satisfies Record<string, readonly [string | ((tag: string) => string), object]>;
type Kind = keyof typeof kinds;

interface Talk {
  readonly questions: readonly Kind[];
  /** Null: each question stands for itself. */
  readonly ends: 'commit' | 'rollback' | null;
  /** Whether questions are asked without waiting for the answers before. */
  readonly atOnce: boolean;
}

interface Asked {
  readonly tag: string;
  readonly kind: Kind;
}

let tags = 0;

/** @returns whether it was answered, with its own answer */
async function ask(client: pg.PoolClient, { tag, kind }: Asked): Promise<boolean> {
  const [statement, { bare, more, ...options }] = kinds[kind] as readonly [
    string | ((tag: string) => string),
    { bare?: boolean; more?: unknown[] },
  ];
  const text = typeof statement === 'string' ? statement : statement(tag);
  const values = bare ? [] : [tag, ...(more ?? [])];
  const answer = await client.query<{ tag: string }>({ text, values, ...options }).catch(() => undefined);
  if (!answer) return false;
  const told = new Set(answer.rows.map((row) => row.tag));
  expect([kind, ...told]).toEqual(kind === 'discards' ? [kind] : [kind, tag]);
  if (kind === 'many') expect(answer.rowCount).toBe(300);
  return true;
}

/** What is in the table for sure when a talk is over, and what for sure is not. */
interface Expected {
  readonly there: string[];
  readonly notThere: string[];
}

async function talk({ questions, ends, atOnce }: Talk, expected: Expected): Promise<void> {
  const client = await pool.connect().catch(() => undefined);
  if (!client) return;
  const asked = questions.map((kind): Asked => ({ tag: `tag ${++tags}`, kind }));
  const written: string[] = [];
  const note = async (each: Asked): Promise<void> => {
    const answered = await ask(client, each);
    if (each.kind === 'written' && answered) written.push(each.tag);
  };
  if (ends) await client.query('begin').catch(() => undefined);
  if (atOnce) await Promise.all(asked.map(note));
  else for (const each of asked) await note(each);
  if (!ends) {
    expected.there.push(...written);
  } else {
    const ended = await client.query(ends).catch(() => undefined);
    if (ends === 'commit' && ended?.command === 'COMMIT') expected.there.push(...written);
    // A commit of which no answer came may have been done.
    if (ends === 'rollback' || (ended && ended.command === 'ROLLBACK')) expected.notThere.push(...written);
    if (!ended) await client.query('rollback').catch(() => undefined);
  }
  client.release();
}

/** Breaks something of whoever is at work. */
const disturbances = {
  cancel: 'pg_cancel_backend',
  terminate: 'pg_terminate_backend',
} as const;

const disturb = (what: keyof typeof disturbances): Promise<unknown> =>
  plain.query(
    `SELECT ${disturbances[what]}(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND query !~ 'pg_stat_activity' LIMIT 1`,
  );

const kindOf = fc.constantFrom(...(Object.keys(kinds) as Kind[]));
const talkOf: fc.Arbitrary<Talk> = fc.record({
  questions: fc.array(kindOf, { minLength: 1, maxLength: 6 }),
  ends: fc.constantFrom('commit' as const, 'rollback' as const, null),
  atOnce: fc.boolean(),
});

it('gives each question its own answer, and keeps transactions whole, whatever fails, is cancelled or cut off', async () => {
  await plain.query(
    `CREATE FUNCTION tell(tag text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'of %', tag; RETURN tag; END $$`,
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(talkOf, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 }),
      fc.array(fc.constantFrom(...(Object.keys(disturbances) as (keyof typeof disturbances)[])), { maxLength: 4 }),
      async (guests, disturbing) => {
        const expected: Expected = { there: [], notThere: [] };
        const talks = guests.map(async (one) => {
          for (const each of one) await talk(each, expected);
        });
        const disturbed = (async () => {
          for (const what of disturbing) await disturb(what);
        })();
        await Promise.all([...talks, disturbed]);
        const { rows } = await plain.query<{ tag: string }>('SELECT tag FROM written');
        const found = new Set(rows.map(({ tag }) => tag));
        expect(expected.there.filter((tag) => !found.has(tag))).toEqual([]);
        expect(expected.notThere.filter((tag) => found.has(tag))).toEqual([]);
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 25), endOnFailure: true },
  );
});
