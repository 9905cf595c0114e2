import { hasScope, type Principal } from '#platform/identity/principal.ts';

/** Points are for their customer's eyes, and for whoever acts on every customer. */
export const maySee = (principal: Principal, customerId: string): boolean =>
  hasScope(principal, 'admin') || (principal.kind === 'user' && principal.subject === customerId);
