import { stringify } from 'csv-stringify/sync';
import type { AppUsage } from '#generated/partners/resolvers.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { latencyBounds, p95Of } from '#schema/latencyBounds.ts';
import { keptDays } from './commands/countRequests.ts';
import type { Partners } from './context.ts';

const hourMs = 3_600_000;
const mostHours = keptDays * 24;
const mostPoints = 120;
const mostRows = 200;
const mostLines = 20_000;
/** Steps that read well on a chart, in seconds. */
const steps = [60, 300, 900, 3_600, 21_600, 86_400] as const;

interface Sum {
  readonly requests: number;
  readonly failed: number;
  readonly latency: readonly number[];
}

const told = ({ requests, failed, latency }: Sum) => ({ requests, failed, p95Milliseconds: p95Of(latency) });

/** Sums of what is selected; latencies are added bucket by bucket. */
const sums = `sum("requests")::int AS "requests", sum("failed")::int AS "failed", ARRAY[${latencyBounds
  .map((_, bucket) => bucket + 1)
  .concat(latencyBounds.length + 1)
  .map((bucket) => `sum("latency"[${bucket}])::int`)
  .join(', ')}] AS "latency"`;

/** What the keys of an app asked for in the last hours. @throws CodedError for a span that is not kept */
export async function usageOf({ pool, clock }: Partners, appId: string, hours: number): Promise<AppUsage> {
  if (hours < 1 || hours > mostHours) throw new CodedError('BAD_USER_INPUT', `\`hours\` must be 1 to ${mostHours}.`);
  const until = clock();
  const since = new Date(until.getTime() - hours * hourMs);
  const stepSeconds = steps.find((step) => (hours * 3_600) / step <= mostPoints) ?? steps.at(-1)!;
  const span = [appId, since];
  const [points, rows] = await Promise.all([
    pool.query<Sum & { at: Date }>(
      `SELECT date_bin(make_interval(secs => $3), "minute", '2000-01-01Z') AS "at", ${sums}
         FROM "request_count" WHERE "app_id" = $1 AND "minute" > $2 GROUP BY 1 ORDER BY 1`,
      [...span, stepSeconds],
    ),
    pool.query<Sum & { keyId: string; operation: string; status: number }>(
      `SELECT "key_id" AS "keyId", "operation", "status", ${sums}
         FROM "request_count" WHERE "app_id" = $1 AND "minute" > $2
        GROUP BY 1, 2, 3 ORDER BY sum("requests") DESC, 1, 2, 3 LIMIT ${mostRows}`,
      span,
    ),
  ]);
  const total = points.rows.reduce<Sum>(added, { requests: 0, failed: 0, latency: [] });
  return {
    since: since.toISOString(),
    until: until.toISOString(),
    stepSeconds,
    ...told(total),
    points: points.rows.map(({ at, ...sum }) => ({ at: at.toISOString(), ...told(sum) })),
    rows: rows.rows.map(({ keyId, operation, status, ...sum }) => ({
      ...{ keyId, operation: operation === '' ? null : operation, status },
      ...told(sum),
    })),
    // Read for those alone who ask for it.
    csv: (() => csvOf(pool, span)) as never,
  };
}

const added = (sum: Sum, { requests, failed, latency }: Sum): Sum => ({
  requests: sum.requests + requests,
  failed: sum.failed + failed,
  latency: latency.map((each, bucket) => each + (sum.latency[bucket] ?? 0)),
});

async function csvOf(pool: Partners['pool'], span: readonly unknown[]): Promise<string> {
  const { rows } = await pool.query<Sum & { minute: Date; keyId: string; operation: string; status: number }>(
    `SELECT "minute", "key_id" AS "keyId", "operation", "status", "requests", "failed", "latency"
       FROM "request_count" WHERE "app_id" = $1 AND "minute" > $2
      ORDER BY "minute" DESC, 2, 3, 4 LIMIT ${mostLines}`,
    [...span],
  );
  const buckets = [...latencyBounds.map((bound) => `up to ${bound} ms`), 'longer'];
  return stringify([
    ['minute', 'key', 'document', 'status', 'requests', 'failed', ...buckets],
    ...rows.map(({ minute, keyId, operation, status, requests, failed, latency }) => [
      ...[minute.toISOString(), keyId, operation, status, requests, failed],
      ...latency,
    ]),
  ]);
}
