import type { QueryResolvers } from '#generated/payments/resolvers.ts';
import { isId } from '#platform/domain/id.ts';
import { mayManage } from '../../ownership.ts';

export const payment: QueryResolvers['payment'] = async (_parent, { id }, { domain, principal }) => {
  const found = isId(id) ? await domain.db.payment.findUnique({ where: { id } }) : null;
  return found && mayManage(principal, found.storeId) ? found : null;
};
