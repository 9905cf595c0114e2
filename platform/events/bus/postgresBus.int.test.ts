import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { superviseProcess } from '#platform/testkit/superviseProcess.ts';
import { databaseOf, type TestDatabase } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
import { busContract } from '../busContract.ts';
import type { EventEnvelope } from '../defineEvent.ts';
import type { EventBus } from '../eventBus.ts';
import { postgresBus } from './postgresBus.ts';

const migrations = 'platform/events/bus/migrations';
const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });

busContract('postgres', async () => {
  const database = await databaseOf(migrations);
  const raw = testPool({ connectionString: database.url, max: 1 });
  return {
    createBus: () => postgresBus({ databaseUrl: database.url, log }),
    spawnMember: (group, topic) =>
      superviseProcess({
        script: fileURLToPath(new URL('../fixtures/stuckMember.ts', import.meta.url)),
        args: [database.url, group, topic],
        ready: /^joined/,
        restart: false,
      }),
    publishText: async (topic, key, text) => {
      await raw.query('select bus.publish($1, $2, $3)', [topic, [key], [text]]);
    },
    close: () => raw.end(),
  };
});

describe('the bus in PostgreSQL', () => {
  let database: TestDatabase;
  let admin: pg.Pool;
  let bus: EventBus;
  const value = (n: number) => ({ data: { n } }) as unknown as EventEnvelope;
  const numberOf = (message: { value: unknown }) => (message.value as { data: { n: number } }).data.n;

  beforeAll(async () => {
    database = await databaseOf(migrations);
    admin = testPool({ connectionString: database.url, max: 1 });
    // Polling out of the way: what is heard here is heard by NOTIFY or by coming back.
    bus = await postgresBus({
      databaseUrl: database.url,
      log,
      pollMs: 3_600_000,
      topics: [{ name: 'short.v1', partitions: 2, retentionDays: 1 }],
    });
  });
  afterAll(async () => {
    await bus.close();
    await admin.end();
  });

  it('goes on after all its connections were cut: groups take their partitions again, tails miss nothing', async () => {
    const [handled, tailed] = [new Set<number>(), [] as number[]];
    await bus.consume('cut', ['cut.v1'], async (message) => {
      handled.add(numberOf(message));
    });
    await bus.tail(['cut.v1'], (message) => {
      tailed.push(numberOf(message));
    });
    await bus.publish('cut.v1', [{ key: 'a', value: value(1) }]);
    await until(() => handled.has(1) && tailed.includes(1));
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await until(() => bus.publish('cut.v1', [{ key: 'a', value: value(2) }]).then(() => true));
    await until(() => handled.has(2) && tailed.includes(2));
    expect(tailed).toEqual([1, 2]);
  });

  it('drops messages past retention, and a group that comes too late goes on with the rest', async () => {
    const upTo = (n: number) => Array.from({ length: n }, (_, index) => ({ key: 'a', value: value(index + 1) }));
    await bus.publish('short.v1', upTo(1500));
    await admin.query(
      `update bus.message set published_at = now() - interval '2 days' where topic = 'short.v1' and (value::json -> 'data' ->> 'n')::int <= 1200`,
    );
    await admin.query('select bus.drop_expired()');
    const { rows } = await admin.query<{ count: number }>(
      `select count(*)::int as count from bus.message where topic = 'short.v1'`,
    );
    expect(rows[0]!.count).toBe(300);
    const heard: number[] = [];
    await bus.consume('late', ['short.v1'], async (message) => {
      heard.push(numberOf(message));
    });
    await until(() => heard.length === 300);
    expect([heard[0], heard.at(-1)]).toEqual([1201, 1500]);
  });

  it('says how far its own groups are behind, over all members: what is retained and not acknowledged', async () => {
    const lagOf = async (group: string) => (await bus.lag()).find((each) => each.group === group)?.messages;
    const publish = (...numbers: number[]) =>
      bus.publish(
        'lag.v1',
        numbers.map((n) => ({ key: `key ${n % 5}`, value: value(n) })),
      );
    await publish(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(await lagOf('slow')).toBeUndefined();
    let open: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const other = await postgresBus({ databaseUrl: database.url, log });
    await Promise.all([bus, other].map((each) => each.consume('slow', ['lag.v1'], () => gate)));
    await publish(10, 11, 12, 13, 14);
    expect(await lagOf('slow')).toBe(15);
    await admin.query(
      `update bus.message set published_at = now() - interval '8 days' where topic = 'lag.v1' and (value::json -> 'data' ->> 'n')::int < 10`,
    );
    await admin.query('select bus.drop_expired()');
    expect(await lagOf('slow')).toBe(5);
    open!();
    await until(async () => (await lagOf('slow')) === 0);
    await other.close();
  });

  it('lets a member that fell silent go, though its connection stands, and takes it back when it is heard of', async () => {
    const heard: number[] = [];
    await bus.consume('silent', ['silent.v1'], async (message) => {
      heard.push(numberOf(message));
    });
    // Whatever its heartbeat says, and however slowly the other one joins, it was last heard of a minute ago.
    await admin.query(`
      create function silence() returns trigger language plpgsql as
        $$ begin new.seen_at := now() - interval '1 minute'; return new; end $$;
      do $$ begin execute format(
        'create trigger silence before insert or update on bus.member for each row
         when (new.group_name = ''silent'' and new.backend_pid = %s) execute function silence()',
        (select backend_pid from bus.member where group_name = 'silent')); end $$;
      update bus.member set seen_at = seen_at where group_name = 'silent'`);
    const other = await postgresBus({ databaseUrl: database.url, log });
    const taken: number[] = [];
    await other.consume('silent', ['silent.v1'], async (message) => {
      taken.push(numberOf(message));
    });
    await bus.publish('silent.v1', [{ key: 'a', value: value(1) }]);
    await until(() => taken.includes(1));
    await admin.query('drop trigger silence on bus.member');
    await other.close();
    await bus.publish('silent.v1', [{ key: 'a', value: value(2) }]);
    await until(() => heard.includes(2));
  });
});
