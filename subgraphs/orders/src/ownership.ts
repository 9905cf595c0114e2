import type { Prisma } from '#generated/orders/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';

const isAdmin = (principal: Principal) => principal.scopes.has('admin');

/**
 * The store to which the token of a device or a member of staff is bound; undefined when there is none or the
 * principal has none of the roles.
 */
const boundStore = (principal: Principal, roles: readonly string[]): string | undefined => {
  const store = principal.bindings['store'];
  return store !== undefined && isId(store) && roles.some((role) => principal.roles.includes(role)) ? store : undefined;
};

/**
 * A condition that no order meets. An empty `OR` would not do: Prisma leaves it out of an `AND`, and the rest holds
 * for every order.
 */
const noOrders: Prisma.OrderWhereInput = { id: { in: [] } };

/**
 * The condition for the orders that the principal may see. For a principal who owns no orders it is a condition that
 * no order meets.
 */
export function ownOrders(principal: Principal): Prisma.OrderWhereInput {
  if (isAdmin(principal)) return {};
  const own: Prisma.OrderWhereInput[] = [];
  if (principal.roles.includes('customer') && isId(principal.subject)) own.push({ customerId: principal.subject });
  if (principal.roles.includes('courier')) own.push({ courierId: principal.subject });
  const staffOf = boundStore(principal, ['kitchen', 'manager']);
  if (staffOf) own.push({ storeId: staffOf });
  const kioskOf = boundStore(principal, ['kiosk']);
  if (kioskOf) own.push({ storeId: kioskOf, deviceId: { not: null } });
  return own.length > 0 ? { OR: own } : noOrders;
}

/** Whether the principal works in the kitchen of the store. */
export const worksAt = (principal: Principal, storeId: string): boolean =>
  isId(storeId) && (isAdmin(principal) || boundStore(principal, ['kitchen', 'manager']) === storeId);

/** Whether the principal may read the order board of the store: its kiosks and staff, and admins. */
export const seesBoard = (principal: Principal, storeId: string): boolean =>
  isId(storeId) && (isAdmin(principal) || boundStore(principal, ['kiosk', 'kitchen', 'manager']) === storeId);

export type Service = 'DINE_IN' | 'TAKEAWAY' | 'DELIVERY' | 'KIOSK';

export interface Orderer {
  readonly customerId: string | null;
  readonly deviceId: string | null;
  readonly services: readonly Service[];
}

/** As whom the principal orders at the store, and by which services; undefined when it may not order there. */
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

/** The role in which the principal cancels an order: a manager may cancel longer than a guest. */
export const cancelsAs = (principal: Principal): 'guest' | 'manager' =>
  isAdmin(principal) || principal.roles.includes('manager') ? 'manager' : 'guest';
