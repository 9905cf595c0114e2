import type { Domain } from '#platform/domain/domain.ts';
import type { Loyalty } from '#subgraphs/loyalty/src/context.ts';
import { whatToDo, type FindingKind } from '#subgraphs/loyalty/src/partner/compareFile.ts';
import { reconcileFile } from '#subgraphs/loyalty/src/partner/reconcileFile.ts';

interface Parts {
  readonly domain: Domain;
  readonly print: (line: string) => void;
}

/**
 * Reconciles a file of the loyalty partner, and tells what is new.
 * @returns whether nothing of its day is open
 */
export async function reconcile({ domain, print }: Parts, name: string, text: string): Promise<boolean> {
  const outcome = await reconcileFile(domain as Loyalty, text);
  if (outcome.kind === 'refused') {
    for (const { line, message } of outcome.problems) print(`${name}:${line} ${message}`);
    print('Nothing of the file was taken in. Ask the partner for it again.');
    return false;
  }
  const { day, entries, found, open, resolved } = outcome;
  for (const each of found) for (const line of linesOf({ day, ...each })) print(line);
  print(`${day}: ${entries} entries, ${found.length} new differences, ${resolved} resolved, ${open} open`);
  return open === 0;
}

const mostListed = 1_000;

/** Lists the differences that are open, the oldest day first. */
export async function findings({ domain, print }: Parts): Promise<boolean> {
  const open = await (domain as Loyalty).db.partnerFinding.findMany({
    where: { resolvedAt: null },
    orderBy: [{ day: 'asc' }, { kind: 'asc' }, { subject: 'asc' }],
    take: mostListed,
  });
  for (const each of open) for (const line of linesOf(each)) print(line);
  if (open.length === mostListed) print(`There may be more: the first ${mostListed} are listed.`);
  if (open.length === 0) print('Nothing is open.');
  return open.length === 0;
}

const linesOf = ({ day, kind, subject, detail }: { day: string; kind: string; subject: string; detail: string }) => [
  `${day}  ${kind.padEnd(15)}  ${subject}  ${detail}`,
  `            ${whatToDo[kind as FindingKind]}`,
];
