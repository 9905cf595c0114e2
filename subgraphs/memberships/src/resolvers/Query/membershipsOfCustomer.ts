import type { QueryResolvers } from '#generated/memberships/resolvers.ts';
import { isId } from '#platform/domain/id.ts';

export const membershipsOfCustomer: QueryResolvers['membershipsOfCustomer'] = (_parent, { customerId }, { domain }) =>
  isId(customerId)
    ? domain.db.membership.findMany({ where: { customerId }, orderBy: { createdAt: 'desc' }, take: 50 })
    : [];
