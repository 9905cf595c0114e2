import type { Domain } from '#platform/domain/domain.ts';
import type { Loyalty } from '#subgraphs/loyalty/src/context.ts';
import { whatToDo } from '#subgraphs/loyalty/src/partner/compareFile.ts';
import { reconcileFile } from '#subgraphs/loyalty/src/partner/reconcileFile.ts';
import { mostListed, tellOpen, tellReconciled } from './reconciliationLines.ts';

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
  const day = outcome.kind === 'reconciled' ? outcome.day : '';
  return tellReconciled({ print, todo: whatToDo }, name, day, outcome);
}

/** Lists the differences that are open, the oldest day first. */
export async function findings({ domain, print }: Parts): Promise<boolean> {
  const open = await (domain as Loyalty).db.partnerFinding.findMany({
    where: { resolvedAt: null },
    orderBy: [{ day: 'asc' }, { kind: 'asc' }, { subject: 'asc' }],
    take: mostListed,
  });
  return tellOpen(
    { print, todo: whatToDo },
    open.map(({ day, ...finding }) => ({ of: day, ...finding })),
  );
}
