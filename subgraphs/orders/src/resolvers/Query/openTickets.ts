import type { QueryResolvers } from '#generated/orders/resolvers.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { oldestTickets } from '../../readModels/kitchenQueue.ts';

const most = 200;

export const openTickets: QueryResolvers['openTickets'] = (_parent, { first }, { domain }) => {
  const limit = first ?? 100;
  if (limit < 1 || limit > most) throw new CodedError('BAD_USER_INPUT', `\`first\` must lie between 1 and ${most}.`);
  return oldestTickets(domain, limit);
};
