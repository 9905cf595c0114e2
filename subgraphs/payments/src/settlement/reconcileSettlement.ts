import type { FileProblem } from '#platform/reconciliation/checkedFile.ts';
import { newFindings, type Finding } from '#platform/reconciliation/newFindings.ts';
import type { Payments } from '../context.ts';
import { compareSettlement, type FindingKind, type OurMovement } from './compareSettlement.ts';
import { readSettlementFile } from './settlementFile.ts';

export type Reconciliation =
  | { readonly kind: 'refused'; readonly problems: readonly FileProblem[] }
  | {
      readonly kind: 'reconciled';
      readonly day: string;
      readonly entries: number;
      /** What no file of this day had told before. */
      readonly found: readonly Finding<FindingKind>[];
      /** How many differences of the day are open, those of earlier files included. */
      readonly open: number;
      /** How many an earlier file of the day had, and this one has no more. */
      readonly resolved: number;
    };

const dayMs = 86_400_000;
/** Clocks differ, and answers take time: what we note just after midnight may be of the provider's day before. */
const slackMs = 5 * 60_000;

/**
 * Compares the settlement file of a provider's day with our payments, and keeps in what they differ: each difference is
 * told once, so the same file a second time tells and changes nothing, and a corrected one tells what is new.
 * @param ofDay the day whose file it is expected to be; any by default
 */
export async function reconcileSettlement(
  domain: Payments,
  provider: string,
  text: string,
  ofDay?: string,
): Promise<Reconciliation> {
  const read = readSettlementFile(text);
  if (read.kind === 'refused') return read;
  const { file } = read;
  if (ofDay !== undefined && file.day !== ofDay)
    return { kind: 'refused', problems: [{ line: 1, message: `is of ${file.day}, and ${ofDay} was asked for` }] };
  const { day, checksum, entries } = file;
  const from = new Date(Date.parse(day) - slackMs);
  const until = new Date(Date.parse(day) + dayMs - slackMs);
  const named = [...new Set(entries.map(({ reference }) => reference))];
  return domain.transaction(async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`settlement ${provider} ${day}`}, 0))::text`;
    const ours = await tx.$queryRaw<OurMovement[]>`
      WITH moved AS (
        SELECT p.order_id::text AS reference, e.event_id::text AS "eventId", e.data, (e.data ->> 'at')::timestamptz AS at
        FROM payment p JOIN platform.event e ON e.stream = 'payment:' || p.id
        WHERE p.provider = ${provider} AND e.type = 'PaymentProcessed'
          AND e.data ->> 'outcome' IN ('CAPTURED', 'REFUNDED')
          AND (p.order_id::text = ANY (${named}) OR p.updated_at >= ${from}))
      SELECT "eventId", reference, CASE data ->> 'outcome' WHEN 'CAPTURED' THEN 'CAPTURE' ELSE 'REFUND' END AS kind,
        (data ->> 'amount')::int AS amount, data ->> 'currency' AS currency, at >= ${from} AND at < ${until} AS due
      FROM moved WHERE reference = ANY (${named}) OR at >= ${from} AND at < ${until} ORDER BY at`;
    const references = [...new Set([...named, ...ours.map(({ reference }) => reference)])];
    const earlier = await tx.settlementEntry.findMany({
      where: {
        provider,
        day: { not: day },
        OR: [{ reference: { in: references } }, { id: { in: entries.map(({ id }) => id) } }],
      },
    });
    const findings = compareSettlement(
      entries,
      earlier.map(({ kind, ...each }) => ({ ...each, kind: kind as OurMovement['kind'] })),
      ours,
    );
    const now = domain.clock();
    const { found, gone } = newFindings(await tx.settlementFinding.findMany({ where: { provider, day } }), findings);
    await tx.settlementFinding.createMany({ data: found.map((each) => ({ ...each, provider, day, foundAt: now })) });
    for (const { kind, subject } of gone)
      await tx.settlementFinding.update({
        where: { provider_day_kind_subject: { provider, day, kind, subject } },
        data: { resolvedAt: now },
      });
    await tx.settlementEntry.deleteMany({ where: { provider, day } });
    await tx.settlementEntry.createMany({
      data: entries.map(({ id, kind, reference, amount }) => ({ provider, id, day, kind, reference, amount })),
      skipDuplicates: true,
    });
    const taken = { checksum, entries: entries.length, takenInAt: now };
    await tx.settlementFile.upsert({
      where: { provider_day: { provider, day } },
      create: { provider, day, ...taken },
      update: taken,
    });
    const open = await tx.settlementFinding.count({ where: { provider, day, resolvedAt: null } });
    return { kind: 'reconciled', day, entries: entries.length, found, open, resolved: gone.length };
  });
}
