import { setTimeout as wait } from 'node:timers/promises';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { finishIntent } from './commands/finishIntent.ts';
import { providerOf, sweepOf } from './config.ts';
import type { Payments } from './context.ts';
import { ProviderUnavailable, type PaymentProvider } from './provider/paymentProvider.ts';

const atOnce = 100;

/**
 * Finishes intents whose caller has not tried again, oldest first, so that no payment stays without an outcome. It
 * returns how many were settled, and stops early when the provider does not answer.
 */
export async function settleForgottenIntents(
  domain: Payments,
  provider: PaymentProvider,
  writtenBefore: Date,
): Promise<number> {
  const commands = await domain.db.paymentCommand.findMany({
    where: { settledAt: null, createdAt: { lte: writtenBefore } },
    orderBy: { createdAt: 'asc' },
    take: atOnce,
  });
  let settled = 0;
  for (const command of commands) {
    const payment = await domain.db.payment.findUniqueOrThrow({ where: { orderId: command.orderId } });
    try {
      const { outcome } = await finishIntent(domain, provider, { command, payment, heard: 'perhaps' });
      domain.log.warn(
        { orderId: command.orderId, command: command.kind, outcome },
        'settled a payment that its caller had abandoned',
      );
      settled += 1;
    } catch (error) {
      if (error instanceof ProviderUnavailable) return settled;
      // An intent that cannot be settled must not keep the others waiting.
      domain.log.error({ err: error, orderId: command.orderId, command: command.kind }, 'a payment cannot be settled');
    }
  }
  return settled;
}

export const sweepIntents = (domain: Payments): Background => ({
  name: 'unsettled payments',
  async run(signal) {
    const { patienceSeconds, everySeconds } = sweepOf(domain);
    while (!signal.aborted) {
      await settleForgottenIntents(
        domain,
        providerOf(domain),
        new Date(domain.clock().getTime() - patienceSeconds * 1_000),
      );
      await wait(everySeconds * 1_000, undefined, { signal, ref: false }).catch(() => undefined);
    }
  },
});
