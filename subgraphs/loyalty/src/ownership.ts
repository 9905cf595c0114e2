import { isAdmin, subjectAs, type Principal } from '#platform/identity/principal.ts';

/** Whether the principal may see a customer's points: the customer themselves, and admins. */
export const maySee = (principal: Principal, customerId: string): boolean =>
  isAdmin(principal) || subjectAs('customer', principal) === customerId;
