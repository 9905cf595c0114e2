import type { TransactionOf } from '#platform/domain/domain.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { PrismaClient } from '#generated/partners/prisma/client.ts';

export type Tx = TransactionOf<PrismaClient>;

/** The relay listens to it. */
export const workChannel = 'webhook_work';

/** Which kept events are to be sent to which endpoints. Nulls ask for nothing. */
export interface Selection {
  readonly eventIds?: readonly string[];
  readonly endpointId?: string;
  /** When they happened. */
  readonly from?: Date;
  readonly until?: Date;
  /**
   * The number of a claim: what was settled before it is left out, and what had no delivery, while the endpoint was
   * disabled, before the latest of those.
   */
  readonly after?: bigint;
  /** The most to put into lanes; by default all. */
  readonly most?: number;
  /** Whether what was sent already is sent again. */
  readonly again: boolean;
}

/** The types of events with the scope that each needs, from a parameter. */
const rulesIn = (parameter: string): string =>
  `SELECT * FROM jsonb_to_recordset(${parameter}::jsonb)
     AS r("type" text, "name" text, "scope" text, "ofOrders" boolean, "ofVendors" boolean)`;

const rulesAsJson = (rules: readonly Rule[]): string =>
  JSON.stringify(
    rules.map(({ type, name, scope, ofOrders = false, ofVendors = false }) => ({
      ...{ type, name, scope, ofOrders, ofVendors },
    })),
  );

/** Joins events, called "v", with the endpoints that ask for them and may have them. */
const asking = `JOIN "rule" USING ("type")
  JOIN "webhook_endpoint" "e" ON "rule"."name" = ANY ("e"."event_types")
   AND (coalesce(cardinality("e"."store_ids"), 0) = 0 OR "v"."store_id" IS NULL OR "v"."store_id" = ANY ("e"."store_ids"))
  JOIN "app" "a" ON "a"."id" = "e"."app_id" AND "rule"."scope" = ANY ("a"."scopes")
   AND (NOT "rule"."ofOrders" OR "v"."store_id" = ANY ("a"."order_store_ids"))
   AND (NOT "rule"."ofVendors" OR "v"."vendor_id" = ANY ("a"."vendor_ids"))`;

/** Lanes are locked last, and in their order. */
const openingLanes = (now: string): string =>
  `INSERT INTO "webhook_lane" AS "l" ("endpoint_id", "object", "next_at", "leased")
   SELECT DISTINCT "endpoint_id", "object", ${now}::timestamptz, false FROM "queued" ORDER BY 1, 2
   ON CONFLICT ("endpoint_id", "object") DO UPDATE SET "object" = EXCLUDED."object"`;

/** An event that apps may be told of. */
export interface KeptEvent {
  readonly object: string;
  readonly objectVersion: number;
  readonly storeId: string | null;
  readonly vendorId: string | null;
  readonly data: object;
  readonly happenedAt: Date;
  /** When its vendor is told in another way, if none of its systems has taken the webhook; null for other events. */
  readonly watchedUntil: Date | null;
}

/**
 * What a consumer writes of an event: it keeps it, and puts it into the lanes of the endpoints that ask for it. All is
 * one statement, since most events are asked for by nobody.
 */
export const keeping = (now: Date, rule: Rule, event: KeptEvent) => ({
  sql: `"rule" AS (${rulesIn('$6')}), "kept" AS (
      INSERT INTO "webhook_event" ("id", "type", "object", "object_version", "store_id", "vendor_id", "data", "happened_at")
      SELECT $2::uuid, "type", $8, $9::int, $10, $11, $12::jsonb, $13::timestamptz FROM "rule" CROSS JOIN "first"
      RETURNING *
    ), "watched" AS (
      INSERT INTO "vendor_watch" ("event_id", "vendor_id", "marketplace_order_id", "due_at")
      SELECT "id", "vendor_id"::uuid, ("data"->>'marketplaceOrderId')::uuid, $14::timestamptz FROM "kept"
       WHERE $14 IS NOT NULL
    ), "queued" AS (
      INSERT INTO "webhook_delivery" ("endpoint_id", "event_id", "position", "object", "state", "attempts", "answers", "made_at")
      SELECT "e"."id", "v"."id", "v"."position", "v"."object", 'WAITING', 0, '[]', $7::timestamptz
        FROM "kept" "v" ${asking}
       WHERE "e"."state" = 'ACTIVE'
      RETURNING "endpoint_id", "object"
    ), "lane" AS (${openingLanes('$7')})
    SELECT "taken", (SELECT pg_notify('${workChannel}', '') FROM "queued" LIMIT 1) FROM "delivery"`,
  params: [
    rulesAsJson([rule]),
    now,
    ...[event.object, event.objectVersion, event.storeId, event.vendorId, JSON.stringify(event.data)],
    event.happenedAt,
    event.watchedUntil,
  ],
});

/**
 * Puts deliveries of kept events into the lanes of the endpoints that ask for them and may have them. `rules` are the
 * types of events with the scope that each needs. Deliveries that wait already stay as they are.
 * @returns how many are new or sent again
 */
export async function enqueue(tx: Tx, now: Date, rules: readonly Rule[], selection: Selection): Promise<number> {
  const { eventIds, endpointId, from, until, after, most, again } = selection;
  const [row] = await tx.$queryRawUnsafe<{ count: number }[]>(
    `WITH "rule" AS (${rulesIn('$1')}),
     -- Once for all events, and not for each of them.
     "latest" AS MATERIALIZED (
       SELECT coalesce(max("position"), 0) AS "position" FROM "webhook_delivery"
        WHERE "endpoint_id" = $4::uuid AND "settled_sequence" <= $7::bigint
     ),
     "queued" AS (
       INSERT INTO "webhook_delivery" AS "d" ("endpoint_id", "event_id", "position", "object", "state", "attempts", "answers", "made_at")
       SELECT "e"."id", "v"."id", "v"."position", "v"."object", 'WAITING', 0, '[]', $2::timestamptz
         FROM "webhook_event" "v" ${asking}
        WHERE "e"."state" = 'ACTIVE'
          AND ($3::uuid[] IS NULL OR "v"."id" = ANY ($3))
          AND ($4::uuid IS NULL OR "e"."id" = $4)
          AND ($5::timestamptz IS NULL OR "v"."happened_at" >= $5)
          AND ($6::timestamptz IS NULL OR "v"."happened_at" < $6)
          AND ($7::bigint IS NULL
               OR EXISTS (SELECT FROM "webhook_delivery" "s" WHERE "s"."endpoint_id" = "e"."id"
                    AND "s"."event_id" = "v"."id" AND "s"."settled_sequence" > $7)
               OR "v"."position" > (SELECT "position" FROM "latest")
                  AND NOT EXISTS (SELECT FROM "webhook_delivery" "s" WHERE "s"."endpoint_id" = "e"."id"
                    AND "s"."event_id" = "v"."id"))
          -- What waits is sent in any case. Here it is not even locked: whoever settles it has locked its lane before
          -- it, and lanes are locked last here.
          AND (NOT $8 OR NOT EXISTS (SELECT FROM "webhook_delivery" "w" WHERE "w"."endpoint_id" = "e"."id"
                AND "w"."event_id" = "v"."id" AND "w"."state" = 'WAITING'))
        ORDER BY "v"."position"
        LIMIT $9
       ON CONFLICT ("endpoint_id", "event_id") DO UPDATE
          SET "state" = 'WAITING', "attempts" = 0, "settled_at" = NULL, "settled_sequence" = NULL
        WHERE $8 AND "d"."state" <> 'WAITING'
       RETURNING "endpoint_id", "object"
     ), "lane" AS (${openingLanes('$2')})
     SELECT count(*)::int AS "count" FROM "queued"`,
    rulesAsJson(rules),
    now,
    eventIds ?? null,
    endpointId ?? null,
    from ?? null,
    until ?? null,
    after ?? null,
    again,
    most ?? null,
  );
  const count = row?.count ?? 0;
  if (count > 0) await wakeRelay(tx);
  return count;
}

/** Locks an endpoint until the transaction ends. Whoever also locks lanes of it locks it before them. */
export const lockEndpoint = async (tx: SqlTx, endpointId: string): Promise<void> =>
  void (await tx.$queryRawUnsafe(
    `SELECT 1 FROM "webhook_endpoint" WHERE "id" = $1::uuid FOR NO KEY UPDATE`,
    endpointId,
  ));

/** A call takes no longer than that. */
const longestCallMs = 15_000;

/**
 * Has what is under way to a locked endpoint, and is asked for, sent again: its receiver may have answered already, and
 * that is not recorded yet. Its outcome is not recorded any more, and the lane stays leased until the call has ended.
 */
export const takeBackUnderWay = async (
  tx: SqlTx,
  now: Date,
  endpointId: string,
  { eventIds, from, until }: Pick<Selection, 'eventIds' | 'from' | 'until'>,
): Promise<void> => {
  await lockLanes(tx, endpointId);
  await tx.$executeRawUnsafe(
    `UPDATE "webhook_lane" "l"
        SET "claim" = nextval('webhook_sequence'), "next_at" = least("l"."next_at", $2::timestamptz)
      WHERE "l"."endpoint_id" = $1::uuid AND "l"."leased" AND EXISTS (
        SELECT FROM "webhook_delivery" "d" JOIN "webhook_event" "v" ON "v"."id" = "d"."event_id"
         WHERE "d"."endpoint_id" = "l"."endpoint_id" AND "d"."object" = "l"."object" AND "d"."state" = 'WAITING'
           AND ($3::uuid[] IS NULL OR "v"."id" = ANY ($3))
           AND ($4::timestamptz IS NULL OR "v"."happened_at" >= $4)
           AND ($5::timestamptz IS NULL OR "v"."happened_at" < $5))`,
    endpointId,
    new Date(now.getTime() + longestCallMs),
    eventIds ?? null,
    from ?? null,
    until ?? null,
  );
};

/** Locks all lanes of an endpoint, in the order in which `enqueue` locks them: neither waits for the other for ever. */
const lockLanes = (tx: SqlTx, endpointId: string): Promise<unknown> =>
  tx.$queryRawUnsafe(
    `SELECT 1 FROM "webhook_lane" WHERE "endpoint_id" = $1::uuid ORDER BY "object" FOR NO KEY UPDATE`,
    endpointId,
  );

/** What decides who is told: see `eventTypes`. */
interface Rule {
  readonly type: string;
  readonly name: string;
  readonly scope: string;
  readonly ofOrders?: boolean;
  readonly ofVendors?: boolean;
}

/** Tells the relays that there is work, once the transaction has committed. */
export const wakeRelay = async (tx: Pick<Tx, '$executeRawUnsafe'>): Promise<void> =>
  void (await tx.$executeRawUnsafe(`NOTIFY ${workChannel}`));
