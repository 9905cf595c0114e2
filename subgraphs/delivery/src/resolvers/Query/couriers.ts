import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { courierList } from '../../couriers.ts';

export const couriers: QueryResolvers['couriers'] = async (_parent, { activeOnly, ...args }, { domain }) => {
  const page = courierList.page(args);
  const rows = await domain.db.courier.findMany({
    where: {
      ...(activeOnly ? { deactivatedAt: null } : {}),
      ...(page.after ? { id: { gt: page.after[0] } } : {}),
    },
    orderBy: { id: 'asc' },
    take: page.limit + 1,
  });
  return courierList.connection(rows, page, ({ id }) => [id]);
};
