import type pg from 'pg';

export interface WebhookFilter {
  readonly source?: string;
  readonly object?: string;
  readonly id?: number;
}

/** A webhook as operators see it: without its body, which is sealed. */
export interface ListedWebhook {
  readonly id: string;
  readonly source: string;
  readonly messageId: string;
  readonly object: string;
  readonly state: string;
  readonly reason: string | null;
  readonly attempts: number;
  readonly receivedAt: Date;
  /** False once the body was deleted: then it cannot be replayed. */
  readonly hasBody: boolean;
}

const matching = `($1::text is null or source = $1) and ($2::text is null or object_key = $2)
  and ($3::bigint is null or position = $3)`;
const valuesOf = ({ source, object, id }: WebhookFilter) => [source ?? null, object ?? null, id ?? null];
const listed = `position as id, source, message_id as "messageId", object_key as object, state, reason, attempts,
  received_at as "receivedAt", sealed_body is not null as "hasBody"`;

/** The parked webhooks that match, and those that wait because they came too early, oldest first. */
export async function listParkedWebhooks(pool: pg.Pool, filter: WebhookFilter): Promise<ListedWebhook[]> {
  const { rows } = await pool.query<ListedWebhook>(
    `select ${listed} from webhook where (state = 'parked' or state = 'waiting' and reason is not null) and ${matching}
     order by position`,
    valuesOf(filter),
  );
  return rows;
}

/** One webhook, whatever its state. */
export async function showWebhook(pool: pg.Pool, id: number): Promise<ListedWebhook | undefined> {
  const { rows } = await pool.query<ListedWebhook>(`select ${listed} from webhook where position = $1`, [id]);
  return rows[0];
}

/**
 * Lets the door work webhooks off again: the parked ones that match or, by its id, one of any state, as long as its
 * body is there.
 * @returns how many
 */
export async function replayWebhooks(pool: pg.Pool, filter: WebhookFilter): Promise<number> {
  const { rowCount } = await pool.query(
    `update webhook set state = 'waiting', reason = null, attempts = 0, settled_at = null, next_at = now()
     where (state = 'parked' or $3::bigint is not null) and sealed_body is not null and ${matching}`,
    valuesOf(filter),
  );
  return rowCount ?? 0;
}
