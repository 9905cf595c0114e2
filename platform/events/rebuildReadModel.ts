import pg from 'pg';
import type { Domain } from '#platform/domain/domain.ts';
import { reasonOf } from '#platform/telemetry/loggableError.ts';
import type { EventEnvelope } from './defineEvent.ts';
import type { ReadModel } from './defineReadModel.ts';
import { eventColumns, toEnvelope, type EventRow } from './envelope.ts';
import { swapTables } from './swapTables.ts';
import { sqlTx, withClient } from './sqlTx.ts';

const batch = 500;
/** When no more streams than this are behind, the live projection may be locked out while they catch up. */
const fewStreams = 50;
const mostRounds = 10;

type HeardRow = EventRow & { readonly position: string };

/**
 * Rebuilds a read model: fills a new table (the shadow) from the domain's event table, while the live table serves
 * reads and goes on being projected, then puts the shadow in its place. No event is lost: the shadow is filled from one
 * snapshot of the log, which holds each stream without gaps, and then brought, stream by stream, to where the live
 * projection is. The last step of that runs under a lock that the live projection waits for. Later events are delivered
 * by the bus as before.
 * @returns how many events were projected
 * @throws Error when the read model is being rebuilt already, or when an event fails that had not failed in the live
 *   projection; the live table then stays as it was
 */
export const rebuildReadModel = (domain: Domain, model: ReadModel): Promise<{ events: number }> =>
  withClient(domain.pool, (reader) =>
    withClient(domain.pool, async (writer) => {
      const { rows } = await reader.query<{ free: boolean }>(
        `select pg_try_advisory_lock(hashtext('platform.rebuild'), hashtext($1)) as free`,
        [model.name],
      );
      if (!rows[0]!.free) throw new Error(`${model.name} is being rebuilt already`);
      try {
        return { events: await new Rebuild(domain, model, reader, writer).run() };
      } finally {
        // Each connection may still be in a transaction. If the reader is broken, the lock is gone with it.
        await writer.query('rollback').catch(() => undefined);
        await reader.query('rollback').catch(() => undefined);
        await reader
          .query(`select pg_advisory_unlock(hashtext('platform.rebuild'), hashtext($1))`, [model.name])
          .catch(() => undefined);
      }
    }),
  );

class Rebuild {
  readonly #domain: Domain;
  readonly #model: ReadModel;
  readonly #reader: pg.PoolClient;
  readonly #writer: pg.PoolClient;
  readonly #shadow: string;
  /** Streams whose projection stopped at an event that fails; they have a parked event in the live projection, too. */
  readonly #stuck = new Set<string>();
  #parked = new Set<string>();
  #live = 0;
  #next = 0;
  #events = 0;

  constructor(domain: Domain, model: ReadModel, reader: pg.PoolClient, writer: pg.PoolClient) {
    this.#domain = domain;
    this.#model = model;
    this.#reader = reader;
    this.#writer = writer;
    this.#shadow = `${model.table}__rebuild`;
  }

  async run(): Promise<number> {
    await this.#begin();
    await this.#fillFromSnapshot();
    for (let round = 0; round < mostRounds && (await this.#streamsBehind()) > fewStreams; round += 1) {
      await this.#writer.query('begin');
      await this.#catchUp();
      await this.#writer.query('commit');
    }
    await this.#swap();
    await this.#writer.query('delete from platform.projected where read_model = $1 and generation < $2', [
      this.#model.name,
      this.#next,
    ]);
    return this.#events;
  }

  async #begin(): Promise<void> {
    const { name, table } = this.#model;
    const { rows } = await this.#writer.query<{ generation: number }>(
      `insert into platform.read_model (name) values ($1) on conflict (name) do update set name = excluded.name returning generation`,
      [name],
    );
    this.#live = rows[0]!.generation;
    this.#next = this.#live + 1;
    // Deletes what a rebuild that was interrupted has left behind.
    await this.#writer.query('delete from platform.projected where read_model = $1 and generation <> $2', [
      name,
      this.#live,
    ]);
    await this.#writer.query(`drop table if exists public.${this.#shadow}`);
    await this.#writer.query(`create table public.${this.#shadow} (like public.${table} including all)`);
    const parked = await this.#writer.query<{ aggregate: string }>(
      'select distinct aggregate from platform.parked where consumer = $1',
      [`${this.#domain.name}.readModel.${name}`],
    );
    this.#parked = new Set(parked.rows.map(({ aggregate }) => aggregate));
  }

  async #fillFromSnapshot(): Promise<void> {
    await this.#reader.query('begin isolation level repeatable read read only');
    await this.#reader.query(
      `declare heard no scroll cursor for select e.position, ${eventColumns} from platform.event e where e.type = any (${this.#types()}) order by e.position`,
    );
    for (;;) {
      const { rows } = await this.#reader.query<HeardRow>(`fetch ${batch} from heard`);
      if (!rows.length) break;
      await this.#writer.query('begin');
      await this.#project(rows);
      await this.#writer.query('commit');
    }
    await this.#reader.query('commit');
    await this.#writer.query(`analyze public.${this.#shadow}`);
  }

  async #streamsBehind(): Promise<number> {
    const { rows } = await this.#writer.query<{ count: number }>(
      `select count(*)::int as count from (${this.#behind()}) b`,
      [this.#model.name, this.#live, this.#next],
    );
    return rows[0]!.count;
  }

  async #catchUp(): Promise<void> {
    const { rows } = await this.#writer.query<HeardRow>(
      `select e.position, ${eventColumns} from (${this.#behind()}) b
       join platform.event e on e.stream = b.stream and e.version > b.done and e.version <= b.goal
       where e.type = any (${this.#types()}) order by e.position`,
      [this.#model.name, this.#live, this.#next],
    );
    await this.#project(rows);
    const stuck = rows.find((row) => this.#stuck.has(row.stream));
    if (stuck)
      throw new Error(`${stuck.stream} fails at an event that the live projection has done; the live table stays`);
  }

  async #swap(): Promise<void> {
    const { name, table } = this.#model;
    await this.#writer.query('begin');
    // The live projection takes the same lock, shared, for each event (platform.take_projection): while this one is
    // held, no event is being projected live.
    await this.#writer.query(`select pg_advisory_xact_lock(hashtext('platform.read_model'), hashtext($1))`, [name]);
    await this.#catchUp();
    await swapTables(this.#writer, table, this.#shadow);
    await this.#writer.query(
      'update platform.read_model set generation = $2, rebuilt_at = clock_timestamp() where name = $1',
      [name, this.#next],
    );
    await this.#writer.query('commit');
  }

  /** SQL: the streams in which the live projection (generation $2) is ahead of the shadow (generation $3). */
  #behind(): string {
    return `select l.stream, coalesce(s.version, 0) as done, l.version as goal from platform.projected l
      left join platform.projected s on s.read_model = l.read_model and s.generation = $3 and s.stream = l.stream
      where l.read_model = $1 and l.generation = $2 and l.version > coalesce(s.version, 0)`;
  }

  #types(): string {
    return `array[${this.#model.events.map(({ name }) => pg.escapeLiteral(name)).join(', ')}]::text[]`;
  }

  async #project(rows: readonly HeardRow[]): Promise<void> {
    const reached = new Map<string, number>();
    for (const row of rows) {
      if (this.#stuck.has(row.stream) || !(await this.#projectOne(row))) continue;
      reached.set(row.stream, row.version);
      this.#events += 1;
    }
    await this.#writer.query(
      `insert into platform.projected as p select $1, $2, * from unnest($3::text[], $4::int[])
       on conflict (read_model, generation, stream) do update set version = excluded.version`,
      [this.#model.name, this.#next, [...reached.keys()], [...reached.values()]],
    );
  }

  async #projectOne(row: HeardRow): Promise<boolean> {
    const event = this.#parse(row);
    const mayFail = this.#parked.has(row.stream);
    if (mayFail) await this.#writer.query('savepoint event');
    try {
      await this.#model.project(sqlTx(this.#writer), event, this.#shadow);
      return true;
    } catch (error) {
      if (!mayFail)
        throw new Error(`${event.eventType} ${event.eventId} cannot be projected: ${reasonOf(error)}`, {
          cause: error,
        });
      await this.#writer.query('rollback to savepoint event');
      this.#stuck.add(row.stream);
      return false;
    }
  }

  #parse(row: HeardRow): EventEnvelope {
    const event = toEnvelope(row, `${this.#domain.name}-service`);
    const definition = this.#model.events.find(({ name }) => name === event.eventType);
    return { ...event, data: definition!.schema.parse(event.data) };
  }
}
