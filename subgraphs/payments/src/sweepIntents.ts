import { setTimeout as wait } from 'node:timers/promises';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { checkChallenge } from './commands/checkChallenge.ts';
import { finishIntent } from './commands/finishIntent.ts';
import { providerOf, sweepOf, type ProviderOf } from './config.ts';
import type { Payments } from './context.ts';
import { ProviderUnavailable } from './provider/paymentProvider.ts';

const atOnce = 100;

/**
 * Finishes intents whose caller has not tried again, oldest first, so that no payment stays without an outcome. It
 * returns how many were settled. Those of a provider that does not answer wait for the next run.
 */
export async function settleForgottenIntents(
  domain: Payments,
  providerOf: ProviderOf,
  writtenBefore: Date,
): Promise<number> {
  const commands = await domain.db.paymentCommand.findMany({
    where: { settledAt: null, createdAt: { lte: writtenBefore } },
    orderBy: { createdAt: 'asc' },
    take: atOnce,
  });
  let settled = 0;
  const unavailable = new Set<string>();
  for (const command of commands) {
    const payment = await domain.db.payment.findUniqueOrThrow({ where: { orderId: command.orderId } });
    if (unavailable.has(payment.provider)) continue;
    try {
      const { outcome } = await finishIntent(domain, providerOf, { command, payment, heard: 'perhaps' });
      domain.log.warn(
        { orderId: command.orderId, command: command.kind, outcome },
        'settled a payment that its caller had abandoned',
      );
      settled += 1;
    } catch (error) {
      if (error instanceof ProviderUnavailable) {
        unavailable.add(payment.provider);
        continue;
      }
      // An intent that cannot be settled must not keep the others waiting.
      domain.log.error({ err: error, orderId: command.orderId, command: command.kind }, 'a payment cannot be settled');
    }
  }
  return settled;
}

/** Finds out what has become of payments whose payer was asked by their bank: a notice of it may be lost. */
export async function checkChallenges(domain: Payments, providerOf: ProviderOf, askedBefore: Date): Promise<void> {
  const challenged = await domain.db.payment.findMany({
    where: { status: 'CHALLENGED', updatedAt: { lte: askedBefore } },
    orderBy: { updatedAt: 'desc' },
    take: atOnce,
  });
  for (const { orderId } of challenged) {
    try {
      await checkChallenge(domain, providerOf, orderId);
    } catch (error) {
      if (error instanceof ProviderUnavailable) return;
      domain.log.error({ err: error, orderId }, 'it cannot be found out whether a payment was confirmed');
    }
  }
}

export const sweepIntents = (domain: Payments): Background => ({
  name: 'unsettled payments',
  async run(signal) {
    const { patienceSeconds, everySeconds } = sweepOf(domain);
    while (!signal.aborted) {
      const before = new Date(domain.clock().getTime() - patienceSeconds * 1_000);
      await settleForgottenIntents(domain, providerOf(domain), before);
      await checkChallenges(domain, providerOf(domain), before);
      await wait(everySeconds * 1_000, undefined, { signal, ref: false }).catch(() => undefined);
    }
  },
});
