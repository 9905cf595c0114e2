import { createHash } from 'node:crypto';
import { workThrough } from '#platform/domain/workThrough.ts';
import { pause } from '#platform/events/pause.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { providerOf, providersOf, settlementEveryMs } from '../config.ts';
import type { Payments } from '../context.ts';
import type { PaymentProvider } from '../provider/paymentProvider.ts';
import { whatToDo } from './compareSettlement.ts';
import { reconcileSettlement } from './reconcileSettlement.ts';

const dayMs = 86_400_000;
/** A file that comes later than that has to be asked about by a person. */
const daysBack = 7;

/**
 * Takes in the settlement files of a provider's last days that were not taken in yet, and logs each difference once,
 * with what to do about it. A day whose file cannot be had keeps no later one waiting.
 * @param refused checksums of files that were logged as refused already
 */
export async function takeInSettlements(
  domain: Payments,
  name: string,
  provider: Pick<PaymentProvider, 'settlementFile'>,
  refused: Set<string>,
): Promise<void> {
  const now = domain.clock().getTime();
  const days = Array.from({ length: daysBack }, (_, index) =>
    new Date(now - (daysBack - index) * dayMs).toISOString().slice(0, 10),
  );
  const where = { provider: name, day: { in: days } };
  const taken = new Set((await domain.db.settlementFile.findMany({ where })).map(({ day }) => day));
  const missing = days.filter((each) => !taken.has(each));
  const what = `a settlement file of ${name}`;
  await workThrough(missing, { log: domain.log, what }, async (day) => {
    const text = await provider.settlementFile(day);
    if (text === null) return;
    const checksum = createHash('sha256').update(text).digest('hex');
    if (refused.has(checksum)) return;
    const outcome = await reconcileSettlement(domain, name, text, day);
    if (outcome.kind === 'refused') {
      refused.add(checksum);
      domain.log.error(
        { provider: name, day, problems: outcome.problems },
        'a settlement file is refused: ask for another',
      );
      return;
    }
    for (const { kind, subject, detail } of outcome.found)
      domain.log.error(
        { provider: name, day, kind, subject, detail, todo: whatToDo[kind] },
        'the payment provider settled something else than our payments say',
      );
    domain.log.info(
      { provider: name, day, entries: outcome.entries, open: outcome.open },
      'a settlement file was taken in',
    );
  });
}

export const settlements = (domain: Payments): Background => ({
  name: 'settlement files',
  async run(signal) {
    const refused = new Set<string>();
    while (!signal.aborted) {
      for (const name of providersOf(domain)) {
        try {
          await takeInSettlements(domain, name, providerOf(domain)({ provider: name }), refused);
        } catch (error) {
          domain.log.warn({ err: error, provider: name }, 'settlement files cannot be had; they are asked for again');
        }
      }
      await pause(settlementEveryMs(domain), signal);
    }
  },
});
