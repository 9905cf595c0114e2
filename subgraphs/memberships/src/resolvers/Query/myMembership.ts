import type { QueryResolvers } from '#generated/memberships/resolvers.ts';
import { isId } from '#platform/domain/id.ts';

export const myMembership: QueryResolvers['myMembership'] = (_parent, _args, { domain, principal }) =>
  isId(principal.subject)
    ? domain.db.membership.findFirst({ where: { customerId: principal.subject }, orderBy: { createdAt: 'desc' } })
    : null;
