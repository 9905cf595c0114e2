import { backoffMs, pause } from '#platform/events/pause.ts';
import { CounterpartUnavailable } from '#platform/outward/outward.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { partnerOf } from '../config.ts';
import type { Loyalty } from '../context.ts';
import type { LoyaltyPartner } from './loyaltyPartner.ts';

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
    if (outcome.kind === 'refused')
      domain.log.error({ posting: key, code: outcome.code }, 'the loyalty partner refuses a posting for good');
    await domain.db.partnerPosting.update({
      where: { key },
      data: outcome.kind === 'booked' ? { bookedAt: outcome.at } : { refused: outcome.code },
    });
    return true;
  } catch (error) {
    const isDown = error instanceof CounterpartUnavailable;
    domain.log[isDown ? 'warn' : 'error']({ err: error, posting: key }, 'a posting is tried again later');
    const dueAt = new Date(domain.clock().getTime() + backoffMs(tries, firstPauseMs, longestPauseMs));
    await domain.db.partnerPosting.update({ where: { key }, data: { tries: { increment: 1 }, dueAt } });
    return false;
  }
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
