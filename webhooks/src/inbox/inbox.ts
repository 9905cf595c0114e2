import type pg from 'pg';
import { retention } from '#schema/retention.ts';
import type { BodySealer } from './sealedBody.ts';

/** What came of a message: it is new, came before, or has the id of one that came before with another body. */
export interface Received {
  readonly outcome: 'new' | 'repeated' | 'differs';
  /** The message, if it was to be claimed and is the first of its object. */
  readonly claimed?: Claimed;
}

export interface Incoming {
  readonly source: string;
  readonly messageId: string;
  readonly object: string;
  readonly body: string;
  /** Why it cannot be understood: then it is parked at once. */
  readonly parked?: string;
  /** Whether this process works on it at once, unless another message of its object waits. */
  readonly claim: boolean;
}

/** A message that this process works on. */
export interface Claimed {
  readonly position: string;
  readonly source: string;
  readonly messageId: string;
  readonly body: string;
  readonly attempts: number;
  readonly receivedAt: Date;
}

interface Row {
  readonly position: string;
  readonly message_id: string;
  readonly attempts: number;
  readonly received_at: Date;
  readonly sealed_body: Buffer;
  readonly wrapped_key: Buffer;
}

/** For so long no other process takes a message that one works on; the deadline of a call is much shorter. */
const leaseMs = 30_000;
const day = 86_400_000;
/** How long bodies are kept, for replay and for finding out what went wrong. */
export const keptDays = retention.webhooks.webhook.days;

/** The table of what was received. Each method is one statement, and committed when it resolves. */
export class Inbox {
  constructor(
    private readonly pool: pg.Pool,
    private readonly sealer: BodySealer,
    private readonly clock: () => Date,
  ) {}

  async receive({ source, messageId, object, body, parked, claim }: Incoming): Promise<Received> {
    const { sealedBody, wrappedKey } = this.sealer.seal(source, messageId, body);
    const now = this.clock();
    const { rows } = await this.pool.query<Pick<Row, 'position' | 'attempts'>>(
      `insert into webhook (source, message_id, object_key, state, reason, attempts, next_at, received_at, settled_at, sealed_body, wrapped_key)
       select $1, $2, $3, $4, $5, first::int, case when first then $7::timestamptz else $6::timestamptz end, $6, $8::timestamptz, $9::bytea, $10::bytea
       from (select $11::boolean and not exists (
         select from webhook e where e.state = 'waiting' and e.source = $1 and e.object_key = $3)) as f (first)
       on conflict (source, message_id) do nothing returning position, attempts`,
      [
        source,
        messageId,
        object,
        parked === undefined ? 'waiting' : 'parked',
        parked ?? null,
        now,
        new Date(now.getTime() + leaseMs),
        parked === undefined ? null : now,
        sealedBody,
        wrappedKey,
        claim,
      ],
    );
    const [row] = rows;
    if (row?.attempts) return { outcome: 'new', claimed: { ...row, source, messageId, body, receivedAt: now } };
    if (row) return { outcome: 'new' };
    const before = await this.bodyOf(source, messageId);
    return { outcome: before === undefined || before === body ? 'repeated' : 'differs' };
  }

  /** The body of a message; undefined if it was deleted. */
  private async bodyOf(source: string, messageId: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ sealed_body: Buffer | null; wrapped_key: Buffer | null }>(
      'select sealed_body, wrapped_key from webhook where source = $1 and message_id = $2',
      [source, messageId],
    );
    const [row] = rows;
    if (!row?.sealed_body || !row.wrapped_key) return undefined;
    return this.sealer.open(source, messageId, { sealedBody: row.sealed_body, wrappedKey: row.wrapped_key });
  }

  /** Takes the next message that is due and is the first of its object. No other process gets it for a while. */
  async claim(source: string): Promise<Claimed | undefined> {
    const now = this.clock();
    const { rows } = await this.pool.query<Row>(
      `update webhook set next_at = $3, attempts = attempts + 1 where position = (
         select w.position from webhook w
         where w.state = 'waiting' and w.source = $1 and w.next_at <= $2 and not exists (
           select from webhook e where e.state = 'waiting' and e.source = w.source and e.object_key = w.object_key
             and e.position < w.position)
         order by w.position limit 1 for update skip locked)
       returning position, message_id, attempts, received_at, sealed_body, wrapped_key`,
      [source, now, new Date(now.getTime() + leaseMs)],
    );
    const [row] = rows;
    if (!row) return undefined;
    return {
      position: row.position,
      source,
      messageId: row.message_id,
      attempts: row.attempts,
      receivedAt: row.received_at,
      body: this.sealer.open(source, row.message_id, { sealedBody: row.sealed_body, wrappedKey: row.wrapped_key }),
    };
  }

  /** The sources of messages that are due. */
  async due(): Promise<string[]> {
    const { rows } = await this.pool.query<{ source: string }>(
      `select distinct source from webhook where state = 'waiting' and next_at <= $1`,
      [this.clock()],
    );
    return rows.map(({ source }) => source);
  }

  async done({ position }: Claimed): Promise<void> {
    await this.pool.query(`update webhook set state = 'done', reason = null, settled_at = $2 where position = $1`, [
      position,
      this.clock(),
    ]);
  }

  async park({ position }: Claimed, reason: string): Promise<void> {
    await this.pool.query(`update webhook set state = 'parked', reason = $2, settled_at = $3 where position = $1`, [
      position,
      reason,
      this.clock(),
    ]);
  }

  async wait({ position }: Claimed, reason: string, ms: number): Promise<void> {
    await this.pool.query('update webhook set reason = $2, next_at = $3 where position = $1', [
      position,
      reason,
      new Date(this.clock().getTime() + ms),
    ]);
  }

  /** Deletes what is older than `keptDays`: what was done entirely, of the rest the body. */
  async forget(): Promise<void> {
    const before = new Date(this.clock().getTime() - keptDays * day);
    await this.pool.query(`delete from webhook where received_at < $1 and state = 'done'`, [before]);
    await this.pool.query(
      `update webhook set sealed_body = null, wrapped_key = null, state = 'parked',
         reason = coalesce(reason, 'it waited for too long'), settled_at = coalesce(settled_at, $2)
       where received_at < $1 and sealed_body is not null`,
      [before, this.clock()],
    );
  }

  async counts(): Promise<{ source: string; state: 'waiting' | 'parked'; count: number }[]> {
    const { rows } = await this.pool.query<{ source: string; state: 'waiting' | 'parked'; count: number }>(
      `select source, state, count(*)::float8 as count from webhook where state in ('waiting', 'parked') group by source, state`,
    );
    return rows;
  }
}
