import type { Domain } from '#platform/domain/domain.ts';
import { reasonOf } from '#platform/telemetry/loggableError.ts';
import { checkMessage, handleIn } from './deliver.ts';
import type { Consumer } from './consumer.ts';
import { listParked, lockParked, storable, type ParkedFilter } from './parked.ts';
import { inTransaction, type SqlTx } from './sqlTx.ts';

export interface ReplayResult {
  /** How many messages were handled, or no longer concerned their consumer, and are not parked any more. */
  readonly replayed: number;
  /** The messages that failed again, one per aggregate; those behind them stay parked. */
  readonly failed: readonly {
    readonly id: number;
    readonly consumer: string;
    readonly aggregate: string;
    readonly reason: string;
  }[];
}

interface Head {
  readonly id: string;
  readonly message: unknown;
}

/**
 * Handles the parked messages that match, those of one aggregate in the order in which they were parked. When an
 * aggregate has no parked message left, its consumer goes on with live events; none is missed or out of order. A
 * message that fails again stays parked, as the first of its aggregate, with the new reason. The consumers may run
 * meanwhile.
 */
export async function replayParked(
  domain: Domain,
  consumers: readonly Consumer[],
  filter: ParkedFilter = {},
): Promise<ReplayResult> {
  const queues = new Map<string, { consumer: string; aggregate: string }>();
  for (const { consumer, aggregate } of await listParked(domain.pool, filter))
    queues.set(`${consumer}\n${aggregate}`, { consumer, aggregate });
  let replayed = 0;
  const failed: { id: number; consumer: string; aggregate: string; reason: string }[] = [];
  for (const { consumer: name, aggregate } of queues.values()) {
    const consumer = consumers.find((each) => each.name === name);
    const outcome = await drain(domain, consumer, name, aggregate);
    replayed += outcome.replayed;
    if (outcome.failed) failed.push({ ...outcome.failed, consumer: name, aggregate });
  }
  return { replayed, failed };
}

async function drain(
  domain: Domain,
  consumer: Consumer | undefined,
  name: string,
  aggregate: string,
): Promise<{ replayed: number; failed?: { id: number; reason: string } }> {
  for (let replayed = 0; ; replayed += 1) {
    const head = await firstOf(domain, name, aggregate);
    if (!head) return { replayed };
    const reason = consumer ? await replay(domain, consumer, aggregate, head) : `there is no consumer ${name} any more`;
    if (reason === undefined) continue;
    await domain.pool.query(
      `update platform.parked set reason = $2, state = 'failed', attempts = attempts + 1 where id = $1`,
      [head.id, storable(reason)],
    );
    return { replayed, failed: { id: Number(head.id), reason } };
  }
}

async function firstOf(domain: Domain, consumer: string, aggregate: string): Promise<Head | undefined> {
  const { rows } = await domain.pool.query<Head>(
    'select id, message from platform.parked where consumer = $1 and aggregate = $2 order by id limit 1',
    [consumer, aggregate],
  );
  return rows[0];
}

/**
 * Handles one parked message and deletes it from the parked ones, in one transaction.
 * @returns why it failed; undefined if it did not
 */
async function replay(
  domain: Domain,
  consumer: Consumer,
  aggregate: string,
  { id, message }: Head,
): Promise<string | undefined> {
  const remove = async (tx: SqlTx) => {
    await lockParked(tx, consumer.name, aggregate);
    await tx.$executeRawUnsafe('delete from platform.parked where id = $1::bigint', id);
  };
  const checked = checkMessage(consumer, message);
  if (checked.kind === 'ignored') {
    await inTransaction(domain.pool, remove);
    return undefined;
  }
  if (checked.kind === 'unreadable') return checked.reason;
  try {
    await handleIn(domain, consumer, checked.event, true, remove);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
