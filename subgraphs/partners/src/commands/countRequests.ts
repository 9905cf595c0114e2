import { isId } from '#platform/domain/id.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import { isStorable } from '#platform/subgraph/isStorable.ts';
import { latencyBounds } from '#schema/latencyBounds.ts';
import { retention } from '#schema/retention.ts';

/** Requests of one key for one document that were answered alike within one minute. */
export interface RequestCount {
  readonly appId: string;
  readonly keyId: string;
  /** Such as `StoreList@2` or `GET /v1/stores`; empty when the request named no document that is there. */
  readonly operation: string;
  /** The HTTP status. */
  readonly status: number;
  /** ISO 8601: the beginning of the minute. */
  readonly minute: string;
  readonly requests: number;
  readonly failed: number;
  /** By bucket of `latencyBounds`. */
  readonly latency: readonly number[];
}

/** For how many days requests are counted by the minute. */
export const keptDays = retention.partners.request_count.days;

/** Whether a batch comes for the first time, which is noted. One without an id is always taken for new. */
export async function takeBatch(tx: SqlTx, batch: string, now: Date): Promise<boolean> {
  if (!isId(batch)) return true;
  return (
    (await tx.$executeRawUnsafe(
      `INSERT INTO "use_batch" ("id", "at") VALUES ($1::uuid, $2::timestamptz) ON CONFLICT DO NOTHING`,
      ...[batch, now],
    )) === 1
  );
}

/**
 * Adds to what was counted, in one statement; what names no app is left out. Rows are locked in one order, so that
 * several processes can add at once.
 */
export async function countRequests(tx: SqlTx, counts: readonly RequestCount[]): Promise<void> {
  const good = counts.filter(
    ({ appId, keyId, operation, minute, latency }) =>
      isId(appId) &&
      isStorable(keyId) &&
      isStorable(operation) &&
      !Number.isNaN(Date.parse(minute)) &&
      latency.length === latencyBounds.length + 1,
  );
  if (good.length === 0) return;
  await tx.$executeRawUnsafe(
    `INSERT INTO "request_count" AS "kept"
            ("app_id", "minute", "key_id", "operation", "status", "requests", "failed", "latency")
     SELECT "c"."app_id", date_trunc('minute', "c"."minute"), "c"."key_id", "c"."operation", "c"."status",
            "c"."requests", "c"."failed", "c"."latency"
       FROM jsonb_to_recordset($1::jsonb) AS "c" ("app_id" uuid, "minute" timestamptz, "key_id" text, "operation" text,
            "status" int, "requests" int, "failed" int, "latency" int[])
       JOIN "app" ON "app"."id" = "c"."app_id"
      ORDER BY 1, 2, 3, 4, 5
     ON CONFLICT ("app_id", "minute", "key_id", "operation", "status") DO UPDATE
        SET "requests" = "kept"."requests" + EXCLUDED."requests",
            "failed" = "kept"."failed" + EXCLUDED."failed",
            "latency" = ARRAY(SELECT "a" + "b" FROM unnest("kept"."latency", EXCLUDED."latency")
                              WITH ORDINALITY AS "t" ("a", "b", "bucket") ORDER BY "bucket")`,
    JSON.stringify(merged(good).map(rowOf)),
  );
}

const rowOf = ({ appId, keyId, ...count }: RequestCount) => ({ app_id: appId, key_id: keyId, ...count });

/** One row for each key of the table: a statement may not change a row twice. */
function merged(counts: readonly RequestCount[]): readonly RequestCount[] {
  const byKey = new Map<string, RequestCount>();
  for (const count of counts) {
    const { appId, minute, keyId, operation, status } = count;
    const key = [appId, minute, keyId, operation, status].join(' ');
    const known = byKey.get(key);
    byKey.set(
      key,
      known
        ? {
            ...count,
            requests: count.requests + known.requests,
            failed: count.failed + known.failed,
            latency: count.latency.map((each, bucket) => each + known.latency[bucket]!),
          }
        : count,
    );
  }
  return [...byKey.values()];
}
