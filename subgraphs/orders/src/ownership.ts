import type { Prisma } from '#generated/orders/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';

const isAdmin = (principal: Principal) => principal.scopes.has('admin');

/** The store that a device or a member of staff is bound to. */
const boundStore = (principal: Principal, roles: readonly string[]): string | undefined => {
  const store = principal.bindings['store'];
  return store !== undefined && isId(store) && roles.some((role) => principal.roles.includes(role)) ? store : undefined;
};

/** Not an empty `OR`: Prisma leaves that out of an `AND`, and what is left holds for every row. */
const nobodys: Prisma.OrderWhereInput = { id: { in: [] } };

/** Whose orders they are: which rows the principal may see. Whoever owns none gets a condition that nothing meets. */
export function ownOrders(principal: Principal): Prisma.OrderWhereInput {
  if (isAdmin(principal)) return {};
  const own: Prisma.OrderWhereInput[] = [];
  if (principal.roles.includes('customer') && isId(principal.subject)) own.push({ customerId: principal.subject });
  if (principal.roles.includes('courier')) own.push({ courierId: principal.subject });
  const staffOf = boundStore(principal, ['kitchen', 'manager']);
  if (staffOf) own.push({ storeId: staffOf });
  const kioskOf = boundStore(principal, ['kiosk']);
  if (kioskOf) own.push({ storeId: kioskOf, deviceId: { not: null } });
  return own.length > 0 ? { OR: own } : nobodys;
}

/** Whether the principal works in the kitchen of the store. */
export const worksAt = (principal: Principal, storeId: string): boolean =>
  isId(storeId) && (isAdmin(principal) || boundStore(principal, ['kitchen', 'manager']) === storeId);

/** Whether the store's board is the principal's to read: its devices' and staff's. */
export const seesBoard = (principal: Principal, storeId: string): boolean =>
  isId(storeId) && (isAdmin(principal) || boundStore(principal, ['kiosk', 'kitchen', 'manager']) === storeId);

export type Service = 'DINE_IN' | 'TAKEAWAY' | 'DELIVERY' | 'KIOSK';

export interface Orderer {
  readonly customerId: string | null;
  readonly deviceId: string | null;
  readonly services: readonly Service[];
}

/** As whom the principal orders at the store; undefined when it may not order there. */
export function ordererAt(principal: Principal, storeId: string): Orderer | undefined {
  if (!isId(storeId)) return undefined;
  const counter = ['KIOSK', 'DINE_IN', 'TAKEAWAY'] as const;
  if (boundStore(principal, ['kiosk']) === storeId)
    return { customerId: null, deviceId: principal.subject, services: counter };
  if (isAdmin(principal) || boundStore(principal, ['manager']) === storeId)
    return { customerId: null, deviceId: null, services: counter };
  if (principal.roles.includes('customer') && isId(principal.subject)) {
    return { customerId: principal.subject, deviceId: null, services: ['DINE_IN', 'TAKEAWAY', 'DELIVERY'] };
  }
  return undefined;
}

/** In which part the principal calls an order off: staff reaches further than the guest. */
export const cancelsAs = (principal: Principal): 'guest' | 'manager' =>
  isAdmin(principal) || principal.roles.includes('manager') ? 'manager' : 'guest';
