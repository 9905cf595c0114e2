import type { Report } from '#platform/telemetry/metrics.ts';
import { hasPartner } from '../config.ts';
import type { Loyalty } from '../context.ts';
import { whatToDo, type FindingKind } from './compareFile.ts';

/** How many differences to the partner's files nobody has resolved, and what it has not booked. */
export async function partnerGauges(domain: Loyalty, report: Report): Promise<void> {
  if (!hasPartner(domain)) return;
  const findings = await domain.db.partnerFinding.groupBy({
    by: ['kind'],
    where: { resolvedAt: null },
    _count: true,
  });
  const counts = new Map(findings.map(({ kind, _count }) => [kind, _count]));
  for (const kind of Object.keys(whatToDo) as FindingKind[]) report('loyaltyFindings', { kind }, counts.get(kind) ?? 0);
  const open = await domain.db.partnerPosting.count({ where: { bookedAt: null, refused: null } });
  const refused = await domain.db.partnerPosting.count({ where: { refused: { not: null } } });
  report('loyaltyPostings', { state: 'open' }, open);
  report('loyaltyPostings', { state: 'refused' }, refused);
}
