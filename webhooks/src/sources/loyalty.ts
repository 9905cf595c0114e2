import { LoyaltyNoticeService } from '#generated/proto/drburger/loyalty/v1/loyalty_pb.ts';
import { standardWebhooks } from '../signatures/standardWebhooks.ts';
import type { Notice, PayloadVersion, Source } from '../source.ts';
import { loyaltyBodies } from './loyaltyBodies.ts';

/** What has become of a posting is never believed: loyalty asks the partner itself. */
function postingNotice(told: string): Notice {
  const key = told.toLowerCase();
  return { object: `posting:${key}`, command: (rpc) => rpc.client(LoyaltyNoticeService).notePosting({ key }) };
}

/** A notice that waits, for an account that is not known yet, keeps none of another account waiting. */
function adjustmentNotice(told: { id: string; account: string; points: number; bookedAt: string }): Notice {
  const adjustment = { ...told, id: told.id.toLowerCase(), account: told.account.toLowerCase() };
  return {
    object: `account:${adjustment.account}`,
    command: (rpc) => rpc.client(LoyaltyNoticeService).noteAdjustment(adjustment),
  };
}

const january: PayloadVersion = {
  read(body) {
    const told = loyaltyBodies['2026-01'].parse(body);
    return told.type === 'posting.decided' ? postingNotice(told.key) : adjustmentNotice({ ...told, id: told.booking });
  },
};

const june: PayloadVersion = {
  read(body) {
    const told = loyaltyBodies['2026-06'].parse(body);
    if ('posting' in told) return postingNotice(told.posting.key);
    const { key: id, member: account, amount: points, postedAt: bookedAt } = told.adjustment;
    return adjustmentNotice({ id, account, points, bookedAt });
  },
};

/** The loyalty partner: what it decided on our postings, and what it booked by itself. */
export const loyalty: Source = {
  name: 'loyalty',
  keys: 'WEBHOOK_LOYALTY_KEYS',
  signature: standardWebhooks,
  limits: { bytes: 64 * 1024, perMinute: 6_000, milliseconds: 5_000 },
  versionOf: ({ version }) => version,
  versions: { '2026-01': january, '2026-06': june },
};
