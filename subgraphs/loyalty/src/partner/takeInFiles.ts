import { createHash } from 'node:crypto';
import { workThrough } from '#platform/domain/workThrough.ts';
import { pause } from '#platform/events/pause.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { filesEveryMs, partnerOf } from '../config.ts';
import type { Loyalty } from '../context.ts';
import { whatToDo } from './compareFile.ts';
import type { LoyaltyPartner } from './loyaltyPartner.ts';
import { reconcileFile } from './reconcileFile.ts';

const dayMs = 86_400_000;
/** A file that comes later than that is taken in by hand. */
const daysBack = 7;

/**
 * Takes in the partner's files of the last days that were not taken in yet, and logs each difference once, with what to
 * do about it. A day whose file cannot be had keeps no later one waiting.
 * @param refused checksums of files that were logged as refused already
 */
export async function takeInDue(domain: Loyalty, partner: LoyaltyPartner, refused: Set<string>): Promise<void> {
  const now = domain.clock().getTime();
  const days = Array.from({ length: daysBack }, (_, index) =>
    new Date(now - (daysBack - index) * dayMs).toISOString().slice(0, 10),
  );
  const taken = new Set((await domain.db.partnerFile.findMany({ where: { day: { in: days } } })).map(({ day }) => day));
  const missing = days.filter((each) => !taken.has(each));
  const what = 'a file of the loyalty partner';
  await workThrough(missing, { log: domain.log, what }, async (day) => {
    const text = await partner.fileOf(day);
    if (text === null) return;
    const checksum = createHash('sha256').update(text).digest('hex');
    if (refused.has(checksum)) return;
    const outcome = await reconcileFile(domain, text, day);
    if (outcome.kind === 'refused') {
      refused.add(checksum);
      domain.log.error(
        { day, problems: outcome.problems },
        'a file of the loyalty partner is refused: ask for another',
      );
      return;
    }
    for (const { kind, subject, detail } of outcome.found)
      domain.log.error({ day, kind, subject, detail, todo: whatToDo[kind] }, 'the loyalty partner booked differently');
    domain.log.info(
      { day, entries: outcome.entries, open: outcome.open },
      'a file of the loyalty partner was taken in',
    );
  });
}

export const takeInFiles = (domain: Loyalty): Background => ({
  name: 'files of the loyalty partner',
  async run(signal) {
    const refused = new Set<string>();
    while (!signal.aborted) {
      await takeInDue(domain, partnerOf(domain), refused);
      await pause(filesEveryMs(domain), signal);
    }
  },
});
