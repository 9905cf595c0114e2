import type pg from 'pg';
import type { Metrics } from '#platform/telemetry/metrics.ts';

/**
 * Lets be seen how many sagas, of all processes, are under way or broke off for good, by one statement each time
 * somebody asks. Reads the table of the durable runtime, which offers lists but no counts; its partial indexes on the
 * states make that cheap. Returns how to end that.
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
