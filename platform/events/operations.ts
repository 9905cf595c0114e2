import type pg from 'pg';
import type { Domain } from '#platform/domain/domain.ts';
import { exchangeKey } from '#platform/pii/exchangeKey.ts';
import { rewrapKeys } from '#platform/pii/rewrapKeys.ts';
import type { SealedRows } from '#platform/pii/sealedRows.ts';
import { reasonOf } from '#platform/telemetry/loggableError.ts';
import { Bell } from './bell.ts';
import { domainSession } from './domainSession.ts';
import type { BusSubscription } from './eventBus.ts';
import type { Consumer } from './consumer.ts';
import type { ParkedFilter } from './parked.ts';
import { rebuildReadModel } from './rebuildReadModel.ts';
import { replayParked } from './replayParked.ts';
import type { Session } from './session.ts';
import { inTransaction, sqlTx, type SqlTx } from './sqlTx.ts';

/** Work that an operator asks a running subgraph to do, by a row in the subgraph's database. */
export type OperationRequest =
  | { readonly kind: 'replay'; readonly arguments: ParkedFilter & { readonly askedBy?: string } }
  | { readonly kind: 'rebuild'; readonly arguments: { readonly readModel: string } }
  | { readonly kind: 'rewrap'; readonly arguments: object }
  | { readonly kind: 'exchangeKey'; readonly arguments: { readonly owner: string } };

/** What a domain has that operations are done with. */
export interface Operated {
  readonly consumers: readonly Consumer[];
  readonly sealed?: SealedRows | undefined;
}

export interface OperationState {
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Of work that is being done, how far it is, if that is told. */
  readonly result: unknown;
  readonly error: string | null;
}

export class UnknownReadModelError extends Error {
  constructor(name: string, known: readonly string[]) {
    super(`there is no read model ${name} here; there is ${known.join(', ') || 'none'}`);
    this.name = 'UnknownReadModelError';
  }
}

const channel = 'platform_operation';
/** Key of an advisory lock of the domain's database: the process that holds it does the work until it ends or dies. */
const workLock = 7_002;
const pollMs = 60_000;
/** The pause while another process works: it leaves rebuilds of read models that only this release has. */
const afterOtherMs = 1_000;

/**
 * Asks for work. A running subgraph does it at once; otherwise it is done when the subgraph starts.
 * @returns the operation's id, for `operationState`
 * @throws UnknownReadModelError when the domain never had a read model of that name
 */
export async function requestOperation(pool: pg.Pool, request: OperationRequest): Promise<number> {
  if (request.kind === 'rebuild') await checkReadModel(pool, request.arguments.readModel);
  return requestOperationIn(sqlTx(pool), request);
}

/** Asks for work when the caller's transaction commits. @returns the operation's id */
export async function requestOperationIn(tx: SqlTx, request: OperationRequest): Promise<number> {
  const [row] = await tx.$queryRawUnsafe<{ id: number }[]>(
    `with asked as (insert into platform.operation (kind, arguments) values ($1, $2) returning id)
     select id::float8 as id, pg_notify('${channel}', '') is null as notified from asked`,
    request.kind,
    JSON.stringify(request.arguments),
  );
  return row!.id;
}

async function checkReadModel(pool: pg.Pool, name: string): Promise<void> {
  const { rows } = await pool.query<{ name: string }>('select name from platform.read_model order by name');
  if (!rows.some((known) => known.name === name))
    throw new UnknownReadModelError(
      name,
      rows.map((row) => row.name),
    );
}

export async function operationState(pool: pg.Pool, id: number): Promise<OperationState> {
  const { rows } = await pool.query<OperationState>(
    'select started_at as "startedAt", finished_at as "finishedAt", result, error from platform.operation where id = $1',
    [id],
  );
  if (!rows[0]) throw new Error(`there is no operation ${id}`);
  return rows[0];
}

/** Does the requested operations, one after the other, until closed. An operation that runs is finished first. */
export async function runOperations(domain: Domain, operated: Operated): Promise<BusSubscription> {
  const { session, release } = await domainSession(domain);
  const bell = new Bell();
  const stop = new AbortController();
  try {
    await session.listen(channel, () => bell.ring());
  } catch (error) {
    await release();
    throw error;
  }
  session.onConnect(() => bell.ring());
  const running = (async () => {
    while (!stop.signal.aborted) {
      const hadTurn = await workOff(domain, operated, session, stop.signal).catch((error: unknown) => {
        if (session.connected) domain.log.warn({ err: error }, 'an operation could not be recorded and is tried again');
        return true;
      });
      await bell.wait(hadTurn ? pollMs : afterOtherMs, stop.signal);
    }
  })();
  return {
    async close() {
      stop.abort();
      await running;
      await release();
    },
  };
}

/**
 * Does all open operations, except rebuilds of read models that this release does not have: during a roll-out two
 * releases run, and the other one does those.
 * @returns false if another process is doing the operations
 */
async function workOff(domain: Domain, operated: Operated, session: Session, signal: AbortSignal): Promise<boolean> {
  const { rows } = await session.query<{ mine: boolean }>(`select pg_try_advisory_lock(${workLock}) as mine`);
  if (!rows[0]!.mine) return false;
  const readModels = operated.consumers.flatMap(({ readModel }) => readModel?.name ?? []);
  try {
    while (!signal.aborted) {
      const next = await session.query<OperationRequest & { id: string }>(
        `update platform.operation set started_at = clock_timestamp() where id =
           (select id from platform.operation where finished_at is null and (kind <> 'rebuild' or arguments->>'readModel' = any ($1)) order by id limit 1)
         returning id, kind, arguments`,
        [readModels],
      );
      const request = next.rows[0];
      if (!request) break;
      const tell = (progress: unknown): Promise<unknown> =>
        domain.pool.query('update platform.operation set result = $2 where id = $1', [
          request.id,
          JSON.stringify(progress),
        ]);
      const outcome = await perform(domain, operated, request, tell).then(
        (result) => ({ result, error: null }),
        (error: unknown) => ({ result: null, error: reasonOf(error) }),
      );
      domain.log.info({ operation: request.kind, arguments: request.arguments, ...outcome }, 'an operation was done');
      await domain.pool.query(
        'update platform.operation set finished_at = clock_timestamp(), result = $2, error = $3 where id = $1',
        [request.id, JSON.stringify(outcome.result), outcome.error],
      );
    }
  } finally {
    await session.query(`select pg_advisory_unlock(${workLock})`).catch(() => undefined);
  }
  return true;
}

async function perform(
  domain: Domain,
  { consumers, sealed }: Operated,
  request: OperationRequest,
  tell: (progress: unknown) => Promise<unknown>,
): Promise<unknown> {
  if (request.kind === 'rewrap') return rewrapKeys(domain, tell);
  if (request.kind === 'exchangeKey')
    return sealed ? exchangeKey(domain, sealed, request.arguments.owner) : { exchanged: false, values: 0 };
  if (request.kind === 'replay') return replayParked(domain, consumers, request.arguments);
  return rebuildReadModel(
    domain,
    consumers.find(({ readModel }) => readModel?.name === request.arguments.readModel)!.readModel!,
  );
}

/**
 * Registers read models that are new to the domain's database. If the domain already has events, a rebuild from the
 * event table is requested for each: the bus no longer has the old events.
 */
export async function prepareReadModels(domain: Domain, consumers: readonly Consumer[]): Promise<void> {
  for (const { readModel } of consumers) {
    if (!readModel) continue;
    // Both in one transaction: a read model that is registered without a rebuild would lack the old events for ever.
    await inTransaction(domain.pool, async (tx) => {
      const known =
        (await tx.$executeRawUnsafe(
          'insert into platform.read_model (name) values ($1) on conflict do nothing',
          readModel.name,
        )) === 0;
      if (known) return;
      const [row] = await tx.$queryRawUnsafe<{ past: boolean }[]>(
        `select exists (select from platform.event e where e.type = any ($1) and not exists (select from platform.outbox o where o.position = e.position)) as past`,
        readModel.events.map(({ name }) => name),
      );
      if (row!.past) await requestOperationIn(tx, { kind: 'rebuild', arguments: { readModel: readModel.name } });
    });
  }
}
