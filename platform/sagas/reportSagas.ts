import type pg from 'pg';
import type { Metrics } from '#platform/telemetry/metrics.ts';

/**
 * Reports how many sagas, of all processes, are under way or have failed for good, as metrics. Each scrape costs one
 * statement on DBOS's own table (its API has lists, but no counts), which is cheap by the partial indexes on the
 * states.
 * @returns how to stop reporting
 */
export function reportSagas(metrics: Metrics | undefined, pool: pg.Pool): () => void {
  const end = metrics?.onScrape('sagas', async (report) => {
    const { rows } = await pool.query<{ saga: string; state: 'running' | 'failed'; count: number }>(
      `select name as saga, case when status in ('PENDING', 'ENQUEUED', 'DELAYED') then 'running' else 'failed' end as state, count(*)::float8 as count
       from dbos.workflow_status where status in ('PENDING', 'ENQUEUED', 'DELAYED', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED') group by 1, 2`,
    );
    for (const { saga, state, count } of rows) report('sagas', { saga, state }, count);
  });
  return () => end?.();
}
