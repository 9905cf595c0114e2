import { backoffMs, pause } from '#platform/events/pause.ts';
import { CounterpartUnavailable } from '#platform/outward/outward.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { partnerOf } from '../config.ts';
import type { Loyalty } from '../context.ts';
import type { LoyaltyPartner, PostingOutcome } from './loyaltyPartner.ts';

interface Due {
  readonly key: string;
  readonly account: string;
  readonly points: number;
  readonly tries: number;
}

const atOnce = 50;
const lookEveryMs = 1_000;
const firstPauseMs = 2_000;
const longestPauseMs = 15 * 60_000;

/** The partner's code for points that are to be taken from an account that has not so many. */
const inDebt = 'insufficient_points';

/**
 * Has the partner asked again for the points that an account lacked, now that it has got some: otherwise the customer
 * would have points there for ever that were taken back here.
 */
export const askAgainForDebts = async (
  { clock }: Pick<Loyalty, 'clock'>,
  db: Pick<Loyalty['db'], '$executeRaw'>,
  partnerAccount: string,
): Promise<void> =>
  void (await db.$executeRaw`UPDATE partner_posting SET refused = NULL, due_at = ${clock()}
    WHERE partner_account = ${partnerAccount}::uuid AND refused = ${inDebt}`);

/**
 * Sends the postings that are due. Of an account the oldest open one goes first and alone, since points cannot be
 * burned before they were earned. Two processes may send the same one: the partner books a key once.
 * @returns how many have been answered
 */
export async function sendDue(domain: Loyalty, partner: LoyaltyPartner): Promise<number> {
  const due = await domain.db.$queryRaw<Due[]>`
    SELECT p.key, p.partner_account AS account, p.points, p.tries FROM partner_posting p
    WHERE p.booked_at IS NULL AND p.refused IS NULL AND p.due_at <= ${domain.clock()} AND NOT EXISTS (
      SELECT FROM partner_posting earlier
      WHERE earlier.partner_account = p.partner_account AND earlier.version < p.version
        AND earlier.booked_at IS NULL AND earlier.refused IS NULL)
    ORDER BY p.created_at LIMIT ${atOnce}`;
  const answered = await Promise.all(due.map((each) => send(domain, partner, each)));
  return answered.filter(Boolean).length;
}

async function send(domain: Loyalty, partner: LoyaltyPartner, due: Due): Promise<boolean> {
  const { key, account, points, tries } = due;
  try {
    const outcome = await partner[points > 0 ? 'earn' : 'burn']({ key, account, points: Math.abs(points) });
    if (outcome.kind === 'refused' && outcome.code === inDebt)
      domain.log.warn({ posting: key }, 'an account at the loyalty partner lacks points; asked again once it has some');
    else if (outcome.kind === 'refused')
      domain.log.error({ posting: key, code: outcome.code }, 'the loyalty partner refuses a posting for good');
    await noteAnswer(domain, due, outcome);
    return true;
  } catch (error) {
    const isDown = error instanceof CounterpartUnavailable;
    domain.log[isDown ? 'warn' : 'error']({ err: error, posting: key }, 'a posting is tried again later');
    const dueAt = new Date(domain.clock().getTime() + backoffMs(tries, firstPauseMs, longestPauseMs));
    await domain.db.partnerPosting.update({ where: { key }, data: { tries: { increment: 1 }, dueAt } });
    return false;
  }
}

async function noteAnswer(domain: Loyalty, { key, account, points }: Due, outcome: PostingOutcome): Promise<void> {
  const data = outcome.kind === 'booked' ? { bookedAt: outcome.at } : { refused: outcome.code };
  // Before it is noted: a process that dies between both asks again, and neither is lost.
  if (outcome.kind === 'booked' && points > 0) await askAgainForDebts(domain, domain.db, account);
  await domain.db.partnerPosting.update({ where: { key }, data });
}

export const sendPostings = (domain: Loyalty): Background => ({
  name: 'postings for the loyalty partner',
  async run(signal) {
    while (!signal.aborted) {
      const sent = await sendDue(domain, partnerOf(domain));
      if (sent === 0) await pause(lookEveryMs, signal);
    }
  },
});
