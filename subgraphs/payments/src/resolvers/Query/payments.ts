import type { QueryResolvers } from '#generated/payments/resolvers.ts';
import { isId } from '#platform/domain/id.ts';
import { findPayments, paymentList } from '../../findPayments.ts';
import { mayManage } from '../../ownership.ts';

export const payments: QueryResolvers['payments'] = async (
  _parent,
  { storeId, status, ...args },
  { domain, principal },
) => {
  const page = paymentList.page(args, storeId);
  const rows =
    isId(storeId) && mayManage(principal, storeId)
      ? await findPayments(domain, { storeId, status: status ?? undefined }, page)
      : [];
  return paymentList.connection(rows, page, ({ createdAt, id }) => [createdAt.toISOString(), id]);
};
