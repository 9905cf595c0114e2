import type { QueryResolvers } from '#generated/customers/resolvers.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import { normaliseEmail } from '../../profile.ts';

export const supportedCustomer: QueryResolvers['supportedCustomer'] = async (_parent, { email }, { domain }) => {
  const emailIndex = keyringOf(domain).blindIndex('email', normaliseEmail(email));
  const found = await domain.db.customer.findUnique({
    where: { emailIndex },
    select: { id: true, registeredAt: true },
  });
  return found && { customerId: found.id, registeredAt: found.registeredAt.toISOString() };
};
