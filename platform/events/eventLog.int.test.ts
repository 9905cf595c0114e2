import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runWithTrace } from '#platform/telemetry/trace.ts';
import { emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { ConcurrencyError } from './concurrencyError.ts';
import { counterDomain, raised, reset, type CounterDomain } from './fixtures/counterDomain.ts';
import { inTransaction, sqlTx } from './sqlTx.ts';

describe('the event log', () => {
  let domain: CounterDomain & { close(): Promise<void> };
  const fresh = () => randomUUID();
  const append = (expected: number | null, events: Parameters<typeof domain.events.append>[2]) =>
    inTransaction(domain.pool, (tx) => domain.events.append(tx, expected, events));

  beforeAll(async () => {
    domain = counterDomain((await emptyDatabase()).url, { poolSize: 16 });
  });
  afterAll(() => domain.close());

  it('numbers the events of a stream and of a feed from 1 without gaps, and reads them back as it wrote them', async () => {
    const [counter, group] = [fresh(), fresh()];
    const written = [
      ...(await append(0, [raised(counter, 1, group), reset(counter), raised(counter, 2, group)])),
      ...(await append(3, [raised(counter, 3, group)])),
    ];
    expect(written.map(({ metadata }) => [metadata.aggregateVersion, metadata.feedVersion])).toEqual([
      [1, 1],
      [2, undefined],
      [3, 2],
      [4, 3],
    ]);
    await inTransaction(domain.pool, async (tx) => {
      expect(await domain.events.load(tx, `counter:${counter}`)).toEqual(written);
      expect(await domain.events.load(tx, `counter:${counter}`, 2)).toEqual(written.slice(2));
      expect(await domain.events.readFeed(tx, `group:${group}`, 1, 10)).toEqual([written[2], written[3]]);
      expect(await domain.events.readFeed(tx, `group:${group}`, 0, 1)).toEqual([written[0]]);
      expect(await domain.events.feedVersion(tx, `group:${group}`)).toBe(3);
      expect(await domain.events.feedVersion(tx, 'group:none')).toBe(0);
    });
  });

  it('puts who, why and which trace into the metadata', async () => {
    const trace = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      correlationId: 'the-request',
      causationId: 'the-command',
      actor: 'user:u1',
    };
    const [byTrace] = await runWithTrace(trace, () => append(0, [raised(fresh())]));
    expect(byTrace!.metadata).toMatchObject(trace);
    const [told] = await runWithTrace(trace, () =>
      inTransaction(domain.pool, (tx) =>
        domain.events.append(tx, 0, [raised(fresh())], {
          causationId: 'other',
          actor: 'service:x',
          at: new Date('2026-01-02T03:04:05.678Z'),
        }),
      ),
    );
    expect(told).toMatchObject({
      source: 'counters-service',
      timestamp: '2026-01-02T03:04:05.678Z',
      metadata: { correlationId: 'the-request', causationId: 'other', actor: 'service:x' },
    });
  });

  it('refuses an append to a stream that is not where its writer believes', async () => {
    const counter = fresh();
    await append(0, [raised(counter)]);
    for (const wrong of [0, 2, 7]) await expect(append(wrong, [raised(counter)])).rejects.toThrow(ConcurrencyError);
    await expect(append(3, [raised(fresh())])).rejects.toThrow(ConcurrencyError);
    await expect(append(1, [raised(counter)])).resolves.toHaveLength(1);
  });

  it('appends by a statement of the caller’s, with what else that writes or not at all', async () => {
    const [counter, name] = [fresh(), fresh()];
    const appendBy = (expectedVersion: number | null, as = name) =>
      domain.appendAtOnce(
        [{ expectedVersion, events: [raised(counter)] }],
        `with named as (insert into platform.read_model (name) values ($3) on conflict do nothing returning $1::jsonb as events)
         select a.version from named cross join lateral platform.append_events(named.events, $2::jsonb) as a`,
        [as],
      );
    const [names, versions] = [
      async () =>
        (await domain.pool.query('select name from platform.read_model where name = any ($1)', [[name, counter]])).rows,
      async () =>
        (await inTransaction(domain.pool, (tx) => domain.events.load(tx, `counter:${counter}`))).map(
          ({ metadata }) => metadata.aggregateVersion,
        ),
    ];
    expect(await appendBy(0)).toEqual([{ version: 1 }]);
    // The row is there, so nothing is written, and no event either.
    expect(await appendBy(1)).toEqual([]);
    await expect(appendBy(7, counter)).rejects.toThrow(ConcurrencyError);
    expect([await names(), await versions()]).toEqual([[{ name }], [1]]);
  });

  it('lets one of many concurrent appends win, and tells the others', async () => {
    for (const expected of [0, 1]) {
      const counter = fresh();
      if (expected) await append(0, [raised(counter)]);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 12 }, () => append(expected, [raised(counter, 1, fresh()), raised(counter)])),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ConcurrencyError);
      await inTransaction(domain.pool, async (tx) => {
        expect(
          (await domain.events.load(tx, `counter:${counter}`)).map(({ metadata }) => metadata.aggregateVersion),
        ).toEqual(expected ? [1, 2, 3] : [1, 2]);
      });
    }
  });

  it('appends at the end, whatever it is, when no version is expected', async () => {
    const [counter, group] = [fresh(), fresh()];
    await Promise.all(Array.from({ length: 12 }, () => append(null, [raised(counter, 1, group)])));
    await inTransaction(domain.pool, async (tx) => {
      const events = await domain.events.readFeed(tx, `group:${group}`, 0, 100);
      expect(events.map(({ metadata }) => [metadata.aggregateVersion, metadata.feedVersion])).toEqual(
        Array.from({ length: 12 }, (_, n) => [n + 1, n + 1]),
      );
    });
  });

  it('leaves nothing of a rollback: no event, no gap in a feed, nothing to publish', async () => {
    const [counter, group] = [fresh(), fresh()];
    await expect(
      inTransaction(domain.pool, async (tx) => {
        await domain.events.append(tx, 0, [raised(counter, 1, group)]);
        throw new Error('on second thoughts');
      }),
    ).rejects.toThrow('on second thoughts');
    const [event] = await append(0, [raised(counter, 1, group)]);
    expect(event!.metadata).toMatchObject({ aggregateVersion: 1, feedVersion: 1 });
    const { rows } = await domain.pool.query(
      `select e.event_id from platform.outbox o join platform.event e using (position) where e.stream = $1`,
      [`counter:${counter}`],
    );
    expect(rows).toEqual([{ event_id: event!.eventId }]);
  });

  it('cannot be talked into a gap: after a lost race the transaction commits nothing', async () => {
    const [counter, group] = [fresh(), fresh()];
    await append(0, [raised(counter, 1, group)]);
    const client = await domain.pool.connect();
    await client.query('begin');
    await domain.events.append(sqlTx(client), 0, [raised(counter, 1, group)]).catch(() => undefined);
    await client.query('commit');
    client.release();
    const [next] = await append(1, [raised(counter, 1, group)]);
    expect(next!.metadata.feedVersion).toBe(2);
  });

  it('appends to several streams at once without deadlock', async () => {
    const counters = [fresh(), fresh(), fresh(), fresh()];
    const group = fresh();
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        inTransaction(domain.pool, (tx) =>
          domain.events.appendAll(
            tx,
            (n % 2 ? counters : counters.toReversed()).map((counter) => ({
              expectedVersion: null,
              events: [raised(counter, n, group)],
            })),
          ),
        ),
      ),
    );
    await inTransaction(domain.pool, async (tx) => {
      expect(await domain.events.feedVersion(tx, `group:${group}`)).toBe(40);
      for (const counter of counters) expect(await domain.events.load(tx, `counter:${counter}`)).toHaveLength(10);
    });
  });

  it('knows a transaction that appended from one that did not', async () => {
    await inTransaction(domain.pool, async (tx) => {
      expect(await domain.events.append(tx, 0, [])).toEqual([]);
      expect(domain.events.appendedIn(tx)).toEqual([]);
      await domain.events.append(tx, 0, [raised(fresh())]);
      await domain.events.append(tx, null, [raised('other'), reset('other')]);
      expect(domain.events.appendedIn(tx).map(({ definition }) => definition.name)).toEqual([
        'CounterRaised',
        'CounterRaised',
        'CounterReset',
      ]);
    });
  });

  it('changes rows in the statement that appends, and reads them with the history as of the same instant', async () => {
    const db = sqlTx(domain.pool);
    await domain.pool.query('create table if not exists shown (counter text primary key, total int not null)');
    const counter = fresh();
    const show = (total: number) => ({
      sql: 'insert into shown values ($1::text, $2::int) on conflict (counter) do update set total = excluded.total',
      parameters: [counter, total],
    });
    const read = () =>
      domain.events.loadWith<{ total: number }>(
        db,
        `counter:${counter}`,
        'select total from shown where counter = $1::text',
        counter,
      );
    expect(await read()).toBeUndefined();
    const written = await domain.events.append(db, 0, [raised(counter), reset(counter)], { also: show(1) });
    expect(await read()).toEqual({ row: { total: 1 }, events: written });
    await expect(domain.events.append(db, 1, [raised(counter)], { also: show(2) })).rejects.toThrow(ConcurrencyError);
    await expect(
      domain.events.append(db, 2, [raised(counter)], { also: { sql: 'delete from nowhere', parameters: [] } }),
    ).rejects.toThrow('nowhere');
    expect(await read()).toEqual({ row: { total: 1 }, events: written });
  });

  it('refuses events of several aggregates in one append', async () => {
    await expect(append(0, [raised(fresh()), raised(fresh())])).rejects.toThrow('several aggregates');
  });
});
