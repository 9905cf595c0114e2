import type { Customer } from '#generated/customers/prisma/client.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { DataKey } from '#platform/pii/keyring.ts';
import type { Customers, Tx } from './context.ts';

export interface LockedCustomer {
  readonly row: Customer;
  readonly key: DataKey;
}

/**
 * Locks a customer until the transaction ends, so that changes of one person happen one after the other. Undefined
 * for a customer who is not registered or was erased. The data key is read under the lock, so that nothing is
 * encrypted for a person while they are being erased.
 */
export async function lockCustomer(domain: Customers, tx: Tx, customerId: string): Promise<LockedCustomer | undefined> {
  await tx.$queryRaw`SELECT 1 FROM customer WHERE id = ${customerId}::uuid FOR UPDATE`;
  const found = await tx.customer.findUnique({ where: { id: customerId }, include: { key: true } });
  if (!found?.key) return undefined;
  const { key, ...row } = found;
  return { row, key: keyringOf(domain).unwrap(customerId, key.wrapped) };
}
