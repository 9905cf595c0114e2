import type { QueryResolvers } from '#generated/payments/resolvers.ts';
import { pageArgs, toConnection } from '#platform/subgraph/connection.ts';
import { findPayments } from '../../findPayments.ts';
import { isId } from '../../loaders.ts';
import { mayManage } from '../../ownership.ts';

export const payments: QueryResolvers['payments'] = async (_parent, { storeId, status, ...args }, { domain, principal }) => {
  const page = pageArgs(args);
  const rows = isId(storeId) && mayManage(principal, storeId) ? await findPayments(domain, { storeId, status: status ?? undefined }, page) : [];
  return toConnection(rows, page, ({ createdAt, id }) => [createdAt.toISOString(), id]);
};
