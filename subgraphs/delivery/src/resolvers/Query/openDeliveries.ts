import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { isId } from '#platform/domain/id.ts';
import { hasEnded, statuses } from '../../delivery.ts';
import { canManage } from '../../ownership.ts';

const longest = 200;
const underWay = statuses.filter((status) => !hasEnded(status));

export const openDeliveries: QueryResolvers['openDeliveries'] = (_parent, { storeId }, { domain, principal }) => {
  if (!isId(storeId) || !canManage(principal, storeId)) return null;
  return domain.db.delivery.findMany({
    where: { storeId, status: { in: underWay } },
    orderBy: [{ requestedAt: 'asc' }, { id: 'asc' }],
    take: longest,
  });
};
