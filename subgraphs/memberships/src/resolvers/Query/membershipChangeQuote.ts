import type { QueryResolvers } from '#generated/memberships/resolvers.ts';
import { isId } from '#platform/domain/id.ts';
import { changeQuote } from '../../commands/changePlan.ts';

export const membershipChangeQuote: QueryResolvers['membershipChangeQuote'] = (
  _parent,
  { planId },
  { domain, principal },
) => (isId(principal.subject) ? changeQuote(domain, principal, planId) : null);
