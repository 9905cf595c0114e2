import type pg from 'pg';
import { retention } from '#schema/retention.ts';

const day = 86_400_000;
/** So long events can be replayed, and deliveries are shown. */
export const keptDays = retention.partners.webhook_event.days;

/** Deletes what is older. What still waits goes with it: an endpoint that was disabled for so long reads anew. */
export async function forgetOldEvents(pool: pg.Pool, now: Date): Promise<void> {
  await pool.query('DELETE FROM "webhook_event" WHERE "happened_at" < $1', [new Date(now.getTime() - keptDays * day)]);
}

/** How many deliveries wait or are dead, and how many endpoints are failing or disabled. */
export async function countWebhooks(
  pool: pg.Pool,
): Promise<{ state: 'waiting' | 'dead' | 'failing' | 'disabled'; count: number }[]> {
  const { rows } = await pool.query<{ state: 'waiting' | 'dead' | 'failing' | 'disabled'; count: number }>(
    `SELECT lower("state") AS "state", count(*)::float8 AS "count" FROM "webhook_delivery"
      WHERE "state" IN ('WAITING', 'DEAD') GROUP BY 1
      UNION ALL
     SELECT CASE WHEN "state" = 'ACTIVE' THEN 'failing' ELSE 'disabled' END, count(*)::float8 FROM "webhook_endpoint"
      WHERE "failing_since" IS NOT NULL OR "state" <> 'ACTIVE' GROUP BY 1`,
  );
  return rows;
}
