import type { PersonalDataRequest, PersonalRecords } from '#platform/subgraph/personalData.ts';
import { readSealed } from '#platform/pii/exchangeKey.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { Customers } from './context.ts';
import { openCustomer, openVersion } from './customer.ts';
import { roleIn } from './supportRole.ts';

/**
 * The profile and all versions of all addresses, opened; of an erased customer only that they were one, and when. It is
 * recorded, as an action of support, who was told this and why.
 */
export async function personalRecords(
  domain: Customers,
  { customerId, askedBy: actor, askedByRoles, reason }: PersonalDataRequest,
): Promise<PersonalRecords> {
  const found = await domain.db.customer.findUnique({ where: { id: customerId }, include: { key: true } });
  if (!found) return {};
  await domain.db.supportAction.create({
    data: {
      id: domain.newId(),
      customerId,
      kind: 'EXPORT',
      reason,
      actor,
      role: roleIn(askedByRoles),
      at: domain.clock(),
    },
  });
  if (!found.key) return { profile: [{ id: found.id, registeredAt: found.registeredAt, erasedAt: found.erasedAt }] };
  return readSealed(async (): Promise<PersonalRecords> => {
    const now = await domain.db.customer.findUnique({ where: { id: customerId }, include: { key: true } });
    if (!now?.key) return {};
    const key = keyringOf(domain).unwrap(customerId, now.key.wrapped);
    const versions = await domain.db.addressVersion.findMany({ where: { customerId }, orderBy: { createdAt: 'asc' } });
    return {
      profile: [openCustomer(key, now)],
      addresses: versions.map((version) => openVersion(key, version)),
    };
  });
}
