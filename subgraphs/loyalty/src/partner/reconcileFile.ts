import type { FileProblem } from '#platform/reconciliation/checkedFile.ts';
import { newFindings } from '#platform/reconciliation/newFindings.ts';
import type { Loyalty } from '../context.ts';
import { compareFile, type Finding } from './compareFile.ts';
import { readPartnerFile } from './partnerFile.ts';

export type Reconciliation =
  | { readonly kind: 'refused'; readonly problems: readonly FileProblem[] }
  | {
      readonly kind: 'reconciled';
      readonly day: string;
      readonly entries: number;
      /** What no file of this day had told before. */
      readonly found: readonly Finding[];
      /** How many differences of the day are open, those of earlier files included. */
      readonly open: number;
      /** How many an earlier file of the day had, and this one has no more. */
      readonly resolved: number;
    };

/**
 * Compares a file of the partner with the ledger, and keeps in what they differ: each difference is told once, so the
 * same file a second time tells and changes nothing, and a corrected file of the same day tells what is new.
 * @param ofDay the day whose file it is expected to be; any by default
 */
export async function reconcileFile(domain: Loyalty, text: string, ofDay?: string): Promise<Reconciliation> {
  const read = readPartnerFile(text);
  if (read.kind === 'refused') return read;
  const { file } = read;
  if (ofDay !== undefined && file.day !== ofDay)
    return { kind: 'refused', problems: [{ line: 1, message: `is of ${file.day}, and ${ofDay} was asked for` }] };
  const { day, checksum, entries } = file;
  return domain.transaction(async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`partner file ${day}`}, 0))::text`;
    const from = new Date(`${day}T00:00:00.000Z`);
    const until = new Date(from.getTime() + 86_400_000);
    const keys = entries.map(({ key }) => key);
    const ours = await tx.$queryRaw<{ key: string; account: string; points: number; booked_at: Date | null }[]>`
      SELECT p.key, p.partner_account AS account, e.points, p.booked_at
      FROM partner_posting p JOIN ledger_entry e USING (customer_id, version)
      WHERE p.booked_at >= ${from} AND p.booked_at < ${until} OR p.key = ANY (${keys}::uuid[])`;
    const accounts = await tx.$queryRaw<{ account: string }[]>`
      SELECT partner_account AS account FROM account
      WHERE partner_account = ANY (${[...new Set(entries.map(({ account }) => account))]}::uuid[])`;
    const findings = compareFile(
      file,
      ours.map(({ booked_at, ...posting }) => ({
        ...posting,
        bookedOn: booked_at?.toISOString().slice(0, 10) ?? null,
      })),
      new Set(accounts.map(({ account }) => account)),
    );
    const now = domain.clock();
    const { found, gone } = newFindings(await tx.partnerFinding.findMany({ where: { day } }), findings);
    await tx.partnerFinding.createMany({ data: found.map((finding) => ({ day, ...finding, foundAt: now })) });
    for (const { kind, subject } of gone)
      await tx.partnerFinding.update({
        where: { day_kind_subject: { day, kind, subject } },
        data: { resolvedAt: now },
      });
    const taken = { checksum, entries: entries.length, takenInAt: now };
    await tx.partnerFile.upsert({ where: { day }, create: { day, ...taken }, update: taken });
    const open = await tx.partnerFinding.count({ where: { day, resolvedAt: null } });
    return { kind: 'reconciled', day, entries: entries.length, found, open, resolved: gone.length };
  });
}
