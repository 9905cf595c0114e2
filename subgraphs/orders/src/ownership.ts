import { grantsWith, isAdmin, type Grant, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { storesWith } from '#schema/storesWith.ts';
import type { OrderView } from './orderView.ts';

/** Which orders: those that meet all of its parts. It is a condition of Prisma's, of the few kinds that are needed. */
export interface OrderCondition {
  readonly id?: { in: string[] };
  readonly customerId?: string;
  readonly courierId?: string;
  readonly storeId?: string | { in: string[] };
  readonly deviceId?: { not: null };
  readonly OR?: OrderCondition[];
}

/** Whether an order meets a condition, as a query with it would find. */
export const meets = (order: OrderView, { id, customerId, courierId, storeId, deviceId, OR }: OrderCondition) =>
  (id === undefined || id.in.includes(order.id)) &&
  (customerId === undefined || order.customerId === customerId) &&
  (courierId === undefined || order.courierId === courierId) &&
  (storeId === undefined || (typeof storeId === 'string' ? [storeId] : storeId.in).includes(order.storeId)) &&
  (deviceId === undefined || order.deviceId !== null) &&
  (OR === undefined || OR.some((each): boolean => meets(order, each)));

/**
 * A condition that no order meets. An empty `OR` would not do: Prisma leaves it out of an `AND`, and the rest holds
 * for every order.
 */
const noOrders: OrderCondition = { id: { in: [] } };

const anyOf = (conditions: OrderCondition[]): OrderCondition => (conditions.length > 0 ? { OR: conditions } : noOrders);

/** The condition for the orders that are the principal's in one of its roles; undefined when that role owns none. */
function ordersOf({ subject }: Principal, { role, bindings: { store } }: Grant): OrderCondition | undefined {
  if (role === 'customer') return isId(subject) ? { customerId: subject } : undefined;
  if (role === 'courier') return { courierId: subject };
  if (store === undefined || !isId(store)) return undefined;
  if (role === 'kitchen' || role === 'manager') return { storeId: store };
  return role === 'kiosk' ? { storeId: store, deviceId: { not: null } } : undefined;
}

const orderConditions = (principal: Principal, grants: readonly Grant[]): OrderCondition[] =>
  grants.flatMap((grant) => ordersOf(principal, grant) ?? []);

/**
 * The condition for the orders that the principal may see: those that it owns in a role which may read orders. For a
 * principal who owns no orders it is a condition that no order meets.
 */
export const ownOrders = (principal: Principal): OrderCondition =>
  isAdmin(principal) ? {} : anyOf(orderConditions(principal, grantsWith(principal, 'orders:read')));

/** Whether the principal works in the kitchen of the store. */
export const worksAt = (principal: Principal, storeId: string): boolean =>
  isId(storeId) && (isAdmin(principal) || storesWith(principal, 'kitchen:work').includes(storeId));

/** Whether the principal manages the store. */
export const manages = (principal: Principal, storeId: string): boolean =>
  isId(storeId) && (isAdmin(principal) || storesWith(principal, 'store:manage').includes(storeId));

/** Whether the principal may read the order board of the store: its kiosks and staff, and admins. */
export const seesBoard = (principal: Principal, storeId: string): boolean =>
  isId(storeId) && (isAdmin(principal) || storesWith(principal, 'board:read').includes(storeId));

export type Service = 'DINE_IN' | 'TAKEAWAY' | 'DELIVERY' | 'KIOSK';

export interface Orderer {
  readonly customerId: string | null;
  readonly deviceId: string | null;
  readonly services: readonly Service[];
}

/**
 * As whom the principal orders at the store, and by which services; undefined when it may not order there. In a role
 * that is bound to another store it may not.
 */
export function ordererAt(principal: Principal, storeId: string): Orderer | undefined {
  if (!isId(storeId)) return undefined;
  const counter = ['KIOSK', 'DINE_IN', 'TAKEAWAY'] as const;
  const grants = grantsWith(principal, 'orders:place');
  const here = grants.filter(({ bindings }) => bindings['store'] === storeId).map(({ role }) => role);
  if (here.includes('kiosk')) return { customerId: null, deviceId: principal.subject, services: counter };
  if (isAdmin(principal) || here.includes('manager')) return { customerId: null, deviceId: null, services: counter };
  if (grants.some(({ role }) => role === 'customer') && isId(principal.subject))
    return { customerId: principal.subject, deviceId: null, services: ['DINE_IN', 'TAKEAWAY', 'DELIVERY'] };
  return undefined;
}

/** A way in which a principal cancels orders: a manager may cancel longer than a guest. */
export interface Cancelling {
  readonly by: 'guest' | 'manager';
  /** The orders that it may cancel so. */
  readonly own: OrderCondition;
}

/**
 * The ways in which the principal cancels orders, the one that may do more first. Who manages one store and is a guest
 * at another is a guest there.
 */
export function cancels(principal: Principal): Cancelling[] {
  if (isAdmin(principal)) return [{ by: 'manager', own: {} }];
  const grants = grantsWith(principal, 'orders:cancel');
  const ways = [
    {
      by: 'manager',
      own: orderConditions(
        principal,
        grants.filter(({ role }) => role === 'manager'),
      ),
    },
    {
      by: 'guest',
      own: orderConditions(
        principal,
        grants.filter(({ role }) => role !== 'manager'),
      ),
    },
  ] as const;
  return ways.filter(({ own }) => own.length > 0).map(({ by, own }) => ({ by, own: anyOf(own) }));
}
