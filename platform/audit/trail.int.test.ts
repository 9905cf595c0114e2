import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { appendToTrail, readTrail, verifyTrail, type Asked } from './trail.ts';

const asked = (actor: string): Asked => ({
  at: '2026-11-29T09:00:00.000Z',
  domain: 'stores',
  actor,
  roles: ['manager'],
  channel: 'staff',
  action: 'pauseOrdering',
  objects: [],
  input: { reason: 'Größe "ß"\n' },
  trace: '0'.repeat(32),
});

describe('the audit trail of a domain', () => {
  /** Two processes that write at the same time. */
  let processes: pg.Pool[];
  let pool: pg.Pool;
  beforeAll(async () => {
    const { url } = await emptyDatabase();
    processes = [1, 2].map(() => new pg.Pool({ connectionString: url, max: 8 }));
    pool = processes[0]!;
  });
  afterAll(() => Promise.all(processes.map((each) => each.end())));

  const verify = (anchor?: { seq: number; hash: string }) => verifyTrail(readTrail(pool), anchor);
  /** As somebody does who owns the table and covers their tracks. */
  const tamper = async (sql: string) => {
    await pool.query('alter table platform.audit disable trigger audit_is_append_only');
    await pool.query(sql);
    await pool.query('alter table platform.audit enable always trigger audit_is_append_only');
  };

  it('is one chain, however many write to it at once', async () => {
    await Promise.all(
      processes.flatMap((each, process) =>
        Array.from({ length: 600 }, async (_, n) => {
          const seq = await appendToTrail(each, asked(`user:manager-${process}-${n}`));
          if (n % 2 === 0)
            await appendToTrail(each, { at: asked('').at, answers: seq, answer: 'PauseOrderingSuccess', objects: [] });
        }),
      ),
    );
    expect(await verify()).toMatchObject({ kind: 'whole', rows: 1_800, head: { seq: 1_800 } });
  });

  it('refuses to change, remove or empty what was written', async () => {
    for (const sql of [
      `update platform.audit set entry = '{}' where seq = 3`,
      'delete from platform.audit where seq = 3',
      'truncate platform.audit',
    ])
      await expect(pool.query(sql), sql).rejects.toThrow('only appended to');
    await expect(
      pool.query(`set session_replication_role = replica; update platform.audit set entry = '{}'`),
      'with ordinary triggers off',
    ).rejects.toThrow();
  });

  it('has one answer for what was asked', async () => {
    const answer = { at: asked('').at, answers: 1, answer: 'PauseOrderingSuccess', objects: [] };
    const first = (
      await pool.query<{ answers: string }>('select answers from platform.audit where answers is not null')
    ).rows[0]!;
    await expect(appendToTrail(pool, { ...answer, answers: Number(first.answers) })).rejects.toThrow('audit_answers');
  });

  it('appends what comes at once by few statements, and refuses none because of another', async () => {
    let statements = 0;
    const counted = {
      query: (...args: Parameters<pg.Pool['query']>) => {
        statements += 1;
        return pool.query(...args);
      },
    } as pg.Pool;
    const before = await verify();
    const append = (actor: string) => appendToTrail(counted, asked(actor));
    const answer = { at: asked('').at, answers: 1, answer: 'PauseOrderingSuccess', objects: [] };
    const all = await Promise.allSettled([
      append('user:a'),
      ...Array.from({ length: 40 }, (_, n) => append(`user:${n}`)),
    ]);
    expect(statements).toBe(2);
    expect(all.map((each) => each.status === 'fulfilled' && each.value)).toEqual(
      all.map((_, n) => (before.kind === 'whole' ? before.rows : 0) + n + 1),
    );

    const [, first, refused, second] = await Promise.allSettled([
      append('user:b'),
      append('user:c'),
      appendToTrail(counted, answer),
      append('user:d'),
    ]);
    expect([first.status, refused.status, second.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await verify()).toMatchObject({ kind: 'whole' });
  });

  it('tells the first row that is not as it was written', async () => {
    const head = await verify();
    expect(head.kind === 'whole' && head.head).toBeTruthy();
    const anchor = head.kind === 'whole' ? head.head! : undefined;
    expect(await verify(anchor)).toMatchObject({ kind: 'whole' });

    await tamper('delete from platform.audit where seq > 1798 and answers is not null');
    await tamper('delete from platform.audit where seq > 1798');
    expect(await verify(), 'what is left is whole').toMatchObject({ kind: 'whole' });
    expect(await verify(anchor)).toMatchObject({ kind: 'broken', why: `rows up to ${anchor!.seq} were cut off` });

    await tamper(`update platform.audit set previous = 'x' where seq = 1500`);
    expect(await verify()).toMatchObject({ kind: 'broken', seq: 1_500 });
    await tamper(
      `update platform.audit set entry = replace(entry, 'user:manager', 'user:nobody') where seq =
        (select min(seq) from platform.audit where seq > 1000 and answers is null)`,
    );
    expect(await verify()).toMatchObject({ kind: 'broken', why: 'its content is not what was written' });
    const { rows } = await pool.query<{ seq: string }>(
      `select min(seq) as seq from platform.audit a where seq > 10 and answers is null
        and not exists (select from platform.audit b where b.answers = a.seq)`,
    );
    await tamper(`delete from platform.audit where seq = ${rows[0]!.seq}`);
    expect(await verify()).toMatchObject({ kind: 'broken', seq: Number(rows[0]!.seq), why: 'the row is missing' });
  });
});
