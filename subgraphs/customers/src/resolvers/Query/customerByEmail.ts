import type { QueryResolvers } from '#generated/customers/resolvers.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import { normaliseEmail } from '../../profile.ts';

export const customerByEmail: QueryResolvers['customerByEmail'] = async (_parent, { email }, { domain, loaders }) => {
  const emailIndex = keyringOf(domain).blindIndex('email', normaliseEmail(email));
  const found = await domain.db.customer.findUnique({ where: { emailIndex }, select: { id: true } });
  return found && loaders.customerById.load(found.id);
};
