import type { Role } from './scopes.ts';

/**
 * The roles whose mutations are recorded in the audit trail: those in which people work for the chain, for a partner or
 * for a vendor, and partners' programs. Customers, and kiosks on which guests order, change what is their own only.
 */
export const auditedRoles: ReadonlySet<string> = new Set<Role>([
  'courier',
  'kitchen',
  'manager',
  'support',
  'auditor',
  'admin',
  'partner',
  'vendor',
]);

/**
 * Mutations that no trail records, each with the reason.
 * - `reportPosition`: a phone sends it every few seconds by itself. It is a measurement and no decision of a person.
 */
export const unauditedMutations: ReadonlySet<string> = new Set(['reportPosition']);
