import type { SettlementFinding } from '#generated/payments/prisma/client.ts';
import type { Report } from '#platform/telemetry/metrics.ts';
import type { Payments } from '../context.ts';
import { whatToDo, type FindingKind } from './compareSettlement.ts';

type Key = readonly [day: string, provider: string, kind: string, subject: string];
type Open = Pick<SettlementFinding, 'provider' | 'day' | 'kind' | 'subject' | 'detail' | 'foundAt'>;

/**
 * The differences that nobody has put right, the oldest day first.
 * @param after what the reader has last
 */
export const openFindings = ({ db }: Pick<Payments, 'db'>, most: number, after?: Key): Promise<Open[]> => {
  const [day, provider, kind, subject] = after ?? ['', '', '', ''];
  return db.$queryRaw<Open[]>`
    SELECT provider, day, kind, subject, detail, found_at AS "foundAt" FROM settlement_finding
     WHERE resolved_at IS NULL AND (day, provider, kind, subject) > (${day}, ${provider}, ${kind}, ${subject})
     ORDER BY day, provider, kind, subject LIMIT ${most}`;
};

/** How many differences are open, by kind. */
export async function settlementGauges({ db }: Pick<Payments, 'db'>, report: Report): Promise<void> {
  const open = await db.settlementFinding.groupBy({ by: ['kind'], where: { resolvedAt: null }, _count: true });
  const counts = new Map(open.map(({ kind, _count }) => [kind, _count]));
  for (const kind of Object.keys(whatToDo) as FindingKind[])
    report('settlementFindings', { kind }, counts.get(kind) ?? 0);
}
