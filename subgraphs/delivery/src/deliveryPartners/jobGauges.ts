import type { Report } from '#platform/telemetry/metrics.ts';
import type { Deliveries } from '../context.ts';

const dayMs = 24 * 3_600_000;

/** How many jobs of the last day partners brought, or are bringing, although they were to be called off. */
export async function jobGauges(domain: Deliveries, report: Report): Promise<void> {
  const since = new Date(domain.clock().getTime() - dayMs);
  const late = { status: 'NOT_CALLED_OFF', createdAt: { gt: since } };
  const all = await domain.db.partnerJob.count({ where: late });
  const underWay = await domain.db.partnerJob.count({ where: { ...late, settledAt: null } });
  report('jobsNotCalledOff', { state: 'under_way' }, underWay);
  report('jobsNotCalledOff', { state: 'ended' }, all - underWay);
}
