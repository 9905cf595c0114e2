import { createHash } from 'node:crypto';
import type pg from 'pg';
import { parseEnvelope } from './envelope.ts';
import type { BusMessage } from './eventBus.ts';
import { isId } from '#platform/domain/id.ts';
import { inTransaction, type SqlTx } from './sqlTx.ts';

/** A message that is parked: set aside as a dead letter of one consumer, to be replayed by an operator. */
export interface ParkedMessage {
  readonly id: number;
  readonly consumer: string;
  /** The message's key, that is, the aggregate whose later events wait. */
  readonly aggregate: string;
  readonly eventId: string;
  readonly topic: string;
  /** Null if the message is not an event envelope. */
  readonly eventType: string | null;
  /** `failed`: the message was tried. `waiting`: it was not, because an earlier one of its aggregate is parked. */
  readonly state: 'failed' | 'waiting';
  readonly reason: string;
  readonly attempts: number;
  readonly parkedAt: Date;
}

/** Selects parked messages that match every property that is set. */
export interface ParkedFilter {
  readonly consumer?: string;
  readonly aggregate?: string;
  /** Selects all parked messages of this message's consumer and aggregate. */
  readonly id?: number;
}

const columns = `id::float8 as id, consumer, aggregate, event_id as "eventId", topic, event_type as "eventType", state, reason, attempts, parked_at as "parkedAt"`;

/** The parked messages that match, the oldest first: all of them, or a page. */
export async function listParked(
  pool: pg.Pool,
  filter: ParkedFilter = {},
  page: { readonly after: number; readonly limit: number } | undefined = undefined,
): Promise<ParkedMessage[]> {
  const { rows } = await pool.query<ParkedMessage>(
    `select ${columns} from platform.parked where ($1::text is null or consumer = $1) and ($2::text is null or aggregate = $2)
       and ($3::bigint is null or (consumer, aggregate) = (select p.consumer, p.aggregate from platform.parked p where p.id = $3))
       and id > $4 order by id limit $5`,
    [filter.consumer ?? null, filter.aggregate ?? null, filter.id ?? null, page?.after ?? 0, page?.limit ?? null],
  );
  return rows;
}

/** One parked message with the message itself as it came from the bus; undefined if it is not parked (any more). */
export async function showParked(
  pool: pg.Pool,
  id: number,
): Promise<(ParkedMessage & { message: unknown }) | undefined> {
  const { rows } = await pool.query<ParkedMessage & { message: unknown }>(
    `select ${columns}, message from platform.parked where id = $1`,
    [id],
  );
  return rows[0];
}

/** How many messages are parked, by consumer and state. */
export async function countParked(
  pool: pg.Pool,
): Promise<(Pick<ParkedMessage, 'consumer' | 'state'> & { readonly count: number })[]> {
  const { rows } = await pool.query<Pick<ParkedMessage, 'consumer' | 'state'> & { count: number }>(
    'select consumer, state, count(*)::float8 as count from platform.parked group by consumer, state',
  );
  return rows;
}

/**
 * Takes a lock until the transaction ends: nobody else parks or replays messages of this consumer and aggregate
 * meanwhile.
 */
export const lockParked = (tx: SqlTx, consumer: string, aggregate: string) =>
  tx.$queryRawUnsafe(
    'select pg_advisory_xact_lock(hashtext($1::text), hashtext($2::text)) is null as locked',
    consumer,
    aggregate,
  );

/** Parks a message because it failed; later ones of its aggregate are then parked behind it. Idempotent. */
export function parkFailed(
  pool: pg.Pool,
  consumer: string,
  message: BusMessage,
  failure: { reason: string; attempts: number },
): Promise<void> {
  return inTransaction(pool, async (tx) => {
    await lockParked(tx, consumer, aggregateOf(message));
    await insert(tx, consumer, message, { state: 'failed', ...failure });
  });
}

/**
 * Parks a message, untried, behind an earlier one of its aggregate.
 * @returns false if no earlier one is parked any more: the message must then be handled
 */
export function parkBehind(pool: pg.Pool, consumer: string, message: BusMessage): Promise<boolean> {
  return inTransaction(pool, async (tx) => {
    await lockParked(tx, consumer, aggregateOf(message));
    const first = await tx.$queryRawUnsafe<{ id: string }[]>(
      'select id from platform.parked where consumer = $1 and aggregate = $2 order by id limit 1',
      consumer,
      aggregateOf(message),
    );
    if (!first[0]) return false;
    await insert(tx, consumer, message, { state: 'waiting', reason: `behind ${first[0].id}`, attempts: 0 });
    return true;
  });
}

async function insert(
  tx: SqlTx,
  consumer: string,
  message: BusMessage,
  { state, reason, attempts }: { state: string; reason: string; attempts: number },
): Promise<void> {
  const parsed = parseEnvelope(message.value);
  const event = parsed.kind === 'valid' ? parsed.envelope : undefined;
  await tx.$executeRawUnsafe(
    `insert into platform.parked (consumer, aggregate, event_id, topic, event_type, message, state, reason, attempts)
     values ($1, $2, $3, $4, $5, $6::json, $7, $8, $9) on conflict (consumer, event_id) do nothing`,
    consumer,
    aggregateOf(message),
    event && isId(event.eventId) ? event.eventId : contentId(message),
    message.topic,
    event ? storable(event.eventType) : null,
    JSON.stringify(message.value),
    state,
    storable(reason),
    attempts,
  );
}

const mostCharacters = 2_000;

/**
 * Makes a text safe to store and to print: control characters and halves of surrogate pairs, which PostgreSQL refuses
 * or which would upset a terminal, are escaped as in JSON (`\\u0000`). Longer texts are cut to 2,000 characters.
 */
export const storable = (text: string): string =>
  text
    .slice(0, mostCharacters)
    .replace(/[\p{Cc}\p{Cs}]/gu, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .slice(0, mostCharacters);

/** The most bytes that a key may have so that PostgreSQL's index over it and other columns can hold it. */
const mostKeyBytes = 1_000;

/**
 * The key under which a message is parked. Keys of our own messages are short and printable and stay as they are. A
 * message of another producer may have any key that Kafka takes: it is turned into one that can be stored, since a
 * message that can neither be handled nor parked would block its partition for ever.
 */
export function aggregateOf({ key }: Pick<BusMessage, 'key'>): string {
  const text = storable(key);
  if (text.length === key.length && Buffer.byteLength(text) <= mostKeyBytes) return text;
  return Buffer.byteLength(key) <= mostKeyBytes / 6
    ? text
    : `${text.slice(0, 100)}…${createHash('sha256').update(key).digest('hex')}`;
}

/** Makes an id from the content of a message that has no event id, so that a duplicate gets the same id. */
function contentId({ topic, key, value }: BusMessage): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([topic, key, value]))
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
