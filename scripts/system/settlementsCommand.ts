import type { Domain } from '#platform/domain/domain.ts';
import type { Payments } from '#subgraphs/payments/src/context.ts';
import { whatToDo } from '#subgraphs/payments/src/settlement/compareSettlement.ts';
import { openFindings } from '#subgraphs/payments/src/settlement/openFindings.ts';
import { reconcileSettlement } from '#subgraphs/payments/src/settlement/reconcileSettlement.ts';
import { mostListed, tellOpen, tellReconciled } from './reconciliationLines.ts';

interface Parts {
  readonly domain: Domain;
  readonly print: (line: string) => void;
}

/**
 * Compares a settlement file of a payment provider with the payments, and tells what is new.
 * @returns whether nothing of its day is open
 */
export async function reconcile(
  { domain, print }: Parts,
  provider: string,
  name: string,
  text: string,
): Promise<boolean> {
  const outcome = await reconcileSettlement(domain as Payments, provider, text);
  const of = outcome.kind === 'reconciled' ? `${provider} ${outcome.day}` : provider;
  return tellReconciled({ print, todo: whatToDo }, name, of, outcome);
}

/** Lists the differences that are open, the oldest day first. */
export async function findings({ domain, print }: Parts): Promise<boolean> {
  const open = await openFindings(domain as Payments, mostListed);
  return tellOpen(
    { print, todo: whatToDo },
    open.map(({ provider, day, ...finding }) => ({ of: `${provider} ${day}`, ...finding })),
  );
}
