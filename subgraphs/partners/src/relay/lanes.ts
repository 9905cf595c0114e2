import type pg from 'pg';
import { inTransaction, type SqlTx } from '#platform/events/sqlTx.ts';
import { lockEndpoint } from '../webhooks/enqueue.ts';

/** A lane that this process has leased. */
export interface Claim {
  readonly endpointId: string;
  readonly object: string;
  /** The number of the lease. */
  readonly claim: string;
  /** Whether nothing gets through to the endpoint at present. */
  readonly failing: boolean;
}

/** The first delivery of a claimed lane, with what it takes to send it. */
export interface Head extends Claim {
  readonly eventId: string;
  readonly attempts: number;
  readonly type: string;
  readonly objectVersion: number;
  readonly storeId: string | null;
  readonly vendorId: string | null;
  readonly data: unknown;
  readonly happenedAt: Date;
  readonly url: string;
  readonly payloadVersion: string;
  readonly secret: Buffer;
  readonly wrappedKey: Buffer;
  readonly oldSecret: Buffer | null;
  readonly oldWrappedKey: Buffer | null;
  readonly oldSecretUntil: Date | null;
  readonly failingSince: Date | null;
  readonly scopes: readonly string[] | null;
  readonly orderStoreIds: readonly string[] | null;
  readonly vendorIds: readonly string[] | null;
}

export interface ClaimOptions {
  readonly now: Date;
  readonly leaseMs: number;
  /** The most lanes to take. */
  readonly most: number;
  /** Whether lanes of endpoints that fail are wanted, or of the others. */
  readonly failing: boolean;
}

/** So many deliveries to one endpoint are under way at a time, over all processes; one while it fails. */
const atOnce = 4;
/** A claim takes milliseconds. */
const standsStillMs = 2_000;

/**
 * Leases lanes that are due. Endpoints come in random order, so that none waits for another that always has work.
 */
export async function claimLanes(pool: pg.Pool, { now, leaseMs, most, failing }: ClaimOptions): Promise<Claim[]> {
  // Mostly there is nothing to claim, which costs no transaction.
  const { rows } = await pool.query<{ isDue: boolean }>(
    `SELECT EXISTS (
       SELECT FROM "webhook_lane" "l" JOIN "webhook_endpoint" "e" ON "e"."id" = "l"."endpoint_id"
        WHERE "l"."next_at" <= $1 AND "e"."state" = 'ACTIVE' AND ("e"."paused_until" IS NULL OR "e"."paused_until" <= $1)
          AND ("e"."failing_since" IS NOT NULL) = $2) AS "isDue"`,
    [now, failing],
  );
  if (!rows[0]!.isDue) return [];
  return inTransaction(pool, async (tx) => {
    // One process at a time: of two at once, neither would count what the other leases. One that stands still loses its
    // connection, and with it the lock.
    await tx.$queryRawUnsafe(
      `SELECT set_config('idle_in_transaction_session_timeout', $1, true),
              pg_advisory_xact_lock(hashtextextended('webhook_lane', 0))::text`,
      String(standsStillMs),
    );
    return tx.$queryRawUnsafe<Claim[]>(
      `WITH "endpoint" AS MATERIALIZED (
       SELECT "id" FROM "webhook_endpoint"
        WHERE "state" = 'ACTIVE' AND ("paused_until" IS NULL OR "paused_until" <= $1)
          AND ("failing_since" IS NOT NULL) = $4
        ORDER BY random()
     ), "due" AS (
       SELECT "l".* FROM "endpoint" "e" CROSS JOIN LATERAL (
         SELECT "endpoint_id", "object" FROM "webhook_lane"
          WHERE "endpoint_id" = "e"."id" AND "next_at" <= $1
          ORDER BY "next_at"
          LIMIT greatest(0, $5 - (SELECT count(*) FROM "webhook_lane" "b"
                                   WHERE "b"."endpoint_id" = "e"."id" AND "b"."leased" AND "b"."next_at" > $1))
          FOR UPDATE SKIP LOCKED
       ) "l" LIMIT $3
     )
     UPDATE "webhook_lane" "l" SET "leased" = true, "next_at" = $2, "claim" = nextval('webhook_sequence')
       FROM "due" WHERE "l"."endpoint_id" = "due"."endpoint_id" AND "l"."object" = "due"."object"
     RETURNING "l"."endpoint_id" AS "endpointId", "l"."object", "l"."claim"::text, $4::boolean AS "failing"`,
      now,
      new Date(now.getTime() + leaseMs),
      most,
      failing,
      failing ? 1 : atOnce,
    );
  });
}

/** Reads the first delivery of each lane. A lane in which none waits any more is closed. */
export async function headsOf(pool: pg.Pool, claims: readonly Claim[]): Promise<Head[]> {
  const lists = [
    claims.map(({ endpointId }) => endpointId),
    claims.map(({ object }) => object),
    claims.map(({ claim }) => claim),
  ];
  const { rows } = await pool.query<Omit<Head, 'failing'>>(
    `SELECT "c"."endpoint_id" AS "endpointId", "c"."object", "c"."claim"::text, "d"."event_id" AS "eventId",
            "d"."attempts", "v"."type", "v"."object_version" AS "objectVersion", "v"."store_id" AS "storeId",
            "v"."vendor_id" AS "vendorId", "v"."data",
            "v"."happened_at" AS "happenedAt", "e"."url", "e"."payload_version" AS "payloadVersion", "e"."secret",
            "e"."wrapped_key" AS "wrappedKey", "e"."old_secret" AS "oldSecret", "e"."old_wrapped_key" AS "oldWrappedKey",
            "e"."old_secret_until" AS "oldSecretUntil", "e"."failing_since" AS "failingSince", "a"."scopes",
            "a"."order_store_ids" AS "orderStoreIds", "a"."vendor_ids" AS "vendorIds"
       FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS "c" ("endpoint_id", "object", "claim")
       JOIN "webhook_endpoint" "e" ON "e"."id" = "c"."endpoint_id"
       JOIN "app" "a" ON "a"."id" = "e"."app_id"
      CROSS JOIN LATERAL (SELECT * FROM "webhook_delivery" WHERE "endpoint_id" = "c"."endpoint_id"
              AND "object" = "c"."object" AND "state" = 'WAITING' ORDER BY "position" LIMIT 1) "d"
       JOIN "webhook_event" "v" ON "v"."id" = "d"."event_id"`,
    lists,
  );
  const byClaim = new Map(rows.map((row) => [row.claim, row]));
  const empty = claims.filter(({ claim }) => !byClaim.has(claim));
  for (const each of empty) await inTransaction(pool, (tx) => leave(tx, each, new Date()));
  return claims.flatMap((claim) => {
    const row = byClaim.get(claim.claim);
    return row ? [{ ...claim, ...row }] : [];
  });
}

/** What becomes of a delivery and its endpoint after a try. */
export interface Settlement {
  readonly now: Date;
  readonly outcome: 'DELIVERED' | 'WAITING' | 'DEAD';
  /** What is kept of the answer; undefined for a try that does not count. */
  readonly answer?: Readonly<Record<string, unknown>>;
  /** When the lane is tried again, if the delivery still waits. */
  readonly nextAt: Date;
  /** For how long the endpoint gets nothing at all. */
  readonly pausedUntil?: Date | undefined;
  readonly disabledBecause?: string | undefined;
  /** Nothing was sent, and nothing is said against the endpoint. */
  readonly withheld?: boolean;
}

/** How many answers of a delivery are kept: those of its tries, and of replays. */
const keptAnswers = 16;

/**
 * Records what came of a claimed delivery and gives the lane back, in one transaction. It locks the endpoint before the
 * lane, as does whoever changes or removes an endpoint with its lanes, so that neither waits for the other for ever.
 * @returns false when the lease was lost: then another process or a replay has the lane, and nothing is recorded
 */
export function settle(pool: pg.Pool, head: Head, settlement: Settlement): Promise<boolean> {
  const { now, outcome, answer, nextAt, pausedUntil, disabledBecause, withheld = false } = settlement;
  const { endpointId, eventId } = head;
  return inTransaction(pool, async (tx) => {
    await lockEndpoint(tx, endpointId);
    const mine = await tx.$queryRawUnsafe<unknown[]>(
      `SELECT 1 FROM "webhook_lane"
        WHERE "endpoint_id" = $1::uuid AND "object" = $2 AND "claim" = $3::bigint FOR UPDATE`,
      endpointId,
      head.object,
      head.claim,
    );
    if (mine.length === 0) return false;
    if (answer)
      await tx.$executeRawUnsafe(
        `UPDATE "webhook_delivery" SET "state" = $3, "attempts" = "attempts" + 1,
                "answers" = (CASE WHEN jsonb_array_length("answers") >= ${keptAnswers} THEN "answers" - 0 ELSE "answers" END) || $4::jsonb,
                "settled_at" = CASE WHEN $3 = 'WAITING' THEN NULL ELSE $5::timestamptz END,
                "settled_sequence" = CASE WHEN $3 = 'WAITING' THEN NULL ELSE nextval('webhook_sequence') END
          WHERE "endpoint_id" = $1::uuid AND "event_id" = $2::uuid`,
        endpointId,
        eventId,
        outcome,
        JSON.stringify([answer]),
        now,
      );
    if (answer && !withheld)
      await noteEndpoint(tx, head, { now, delivered: outcome === 'DELIVERED', pausedUntil, disabledBecause });
    await leave(tx, head, outcome === 'WAITING' ? nextAt : now);
    return true;
  });
}

async function noteEndpoint(
  tx: SqlTx,
  { endpointId, failingSince }: Head,
  told: {
    readonly now: Date;
    readonly delivered: boolean;
    readonly pausedUntil: Date | undefined;
    readonly disabledBecause: string | undefined;
  },
): Promise<void> {
  const { now, delivered, pausedUntil = null, disabledBecause = null } = told;
  if (delivered) {
    if (failingSince)
      await tx.$executeRawUnsafe(
        'UPDATE "webhook_endpoint" SET "failing_since" = NULL, "paused_until" = NULL WHERE "id" = $1::uuid',
        endpointId,
      );
    return;
  }
  await tx.$executeRawUnsafe(
    `UPDATE "webhook_endpoint" SET "failing_since" = coalesce("failing_since", $2::timestamptz),
            "paused_until" = coalesce($3::timestamptz, "paused_until"),
            "state" = CASE WHEN $4::text IS NULL THEN "state" ELSE 'DISABLED' END,
            "disabled_because" = coalesce($4::text, "disabled_because"),
            "disabled_at" = CASE WHEN $4::text IS NULL THEN "disabled_at" ELSE $2::timestamptz END
      WHERE "id" = $1::uuid AND "state" = 'ACTIVE'`,
    endpointId,
    now,
    pausedUntil,
    disabledBecause,
  );
}

/** Gives a lane back until `nextAt`, or closes it when nothing in it waits. Its row is locked by then. */
async function leave(tx: SqlTx, { endpointId, object, claim }: Claim, nextAt: Date): Promise<void> {
  const left = await tx.$executeRawUnsafe(
    `UPDATE "webhook_lane" SET "leased" = false, "next_at" = $4
      WHERE "endpoint_id" = $1::uuid AND "object" = $2 AND "claim" = $3::bigint`,
    endpointId,
    object,
    claim,
    nextAt,
  );
  // A statement of its own sees what was committed until now: whoever adds a delivery locks the lane, too.
  if (left > 0)
    await tx.$executeRawUnsafe(
      `DELETE FROM "webhook_lane" "l" WHERE "endpoint_id" = $1::uuid AND "object" = $2 AND NOT EXISTS (
         SELECT FROM "webhook_delivery" "d" WHERE "d"."endpoint_id" = "l"."endpoint_id" AND "d"."object" = "l"."object"
            AND "d"."state" = 'WAITING')`,
      endpointId,
      object,
    );
}

/** Gives lanes back whose calls were broken off, so that another process can take them at once. */
export async function giveBack(pool: pg.Pool, heads: readonly Head[], now: Date): Promise<void> {
  for (const head of heads) await inTransaction(pool, (tx) => leave(tx, head, now));
}
