import { Code, ConnectError } from '@connectrpc/connect';
import { LoyaltyNoticeService } from '#generated/proto/drburger/loyalty/v1/loyalty_pb.ts';
import { isId } from '#platform/domain/id.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { webhooksService } from '#schema/services.ts';
import type { Loyalty } from '../context.ts';
import { noteAdjustment, type AdjustmentOutcome } from './noteAdjustment.ts';

const mostPoints = 1_000_000_000;

const require = (holds: boolean, message: string): void => {
  if (!holds) throw new ConnectError(message, Code.InvalidArgument);
};

/** An account may be one that was just opened here, so its notice waits. */
const refusals: Readonly<Record<Exclude<AdjustmentOutcome, 'noted'>, readonly [string, Code]>> = {
  unknownAccount: ['no customer has this account', Code.NotFound],
  other: ['the id came before, with other points or for another account', Code.AlreadyExists],
};

/** Takes in what the loyalty partner tells. The door has checked that it is the partner who does. */
export const partnerNotices = (domain: Loyalty): readonly RpcService[] => [
  service(LoyaltyNoticeService, [webhooksService], {
    async notePosting({ key }) {
      require(isId(key), 'key must be a UUID in lower case');
      // It is sent again at once, and the partner answers what has become of it.
      const { count } = await domain.db.partnerPosting.updateMany({
        where: { key, bookedAt: null, refused: null },
        data: { dueAt: domain.clock() },
      });
      if (count === 0 && (await domain.db.partnerPosting.count({ where: { key } })) === 0)
        throw new ConnectError('the ledger has no posting of this key', Code.NotFound);
      return {};
    },
    async noteAdjustment({ id, account, points, bookedAt }) {
      require(isId(id) && isId(account), 'id and account must be UUIDs in lower case');
      require(points !== 0 && Math.abs(points) <= mostPoints, `points must not be 0, and ${mostPoints} at most`);
      const at = new Date(bookedAt);
      require(!Number.isNaN(at.getTime()), 'booked_at must be an instant of ISO 8601');
      const outcome = await noteAdjustment(domain, { key: id, account, points, bookedAt: at });
      if (outcome !== 'noted') throw new ConnectError(...refusals[outcome]);
      return {};
    },
  }),
];
