import type { ViewContext } from '#gateway/channelManifest.ts';
import { SyncScanDocument, type SyncScanQuery } from '#generated/bffs/mobile/operations.ts';
import { subjectAs } from '#platform/identity/principal.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { readSyncCursor, writeSyncCursor, type SyncCursor } from './syncCursor.ts';
import { fingerprint, orderDelta, type HeldOrders } from './syncDelta.ts';

/** How many orders a device holds at most. */
const heldOrders = 20;

interface Reference<Type extends string> {
  readonly __typename: Type;
  readonly id: string;
}

interface DeviceSync {
  readonly menu: { reset: boolean; changed: Reference<'MenuItem'>[]; removedItemIds: string[] } | null;
  readonly orders: { reset: boolean; changed: Reference<'Order'>[]; removedOrderIds: readonly string[] } | null;
  readonly profile: { changed: Reference<'Customer'> | null; gone: boolean } | null;
  readonly customerId: string | null;
  readonly next: string;
  readonly hasMore: boolean;
}

export interface SyncArguments {
  readonly storeId: string;
  readonly since?: string | null;
  readonly first?: number | null;
}

/**
 * Finds what changed since the cursor, and returns references: the domains then resolve the fields. A part that cannot
 * be read now keeps its place in the cursor, so that its changes come with a later sync.
 */
export async function sync(
  _root: unknown,
  { storeId, since, first }: SyncArguments,
  { principal, run }: ViewContext,
): Promise<DeviceSync> {
  const atMost = first ?? 50;
  if (atMost < 1 || atMost > 100) throw new CodedError('BAD_USER_INPUT', 'first: 1 to 100.');
  const held = since ? readSyncCursor(since) : null;
  const person = subjectAs('customer', principal) ?? null;
  const menuSince = held?.storeId === storeId ? held.menu : null;
  const { data, errors } = await run(SyncScanDocument, {
    storeId,
    since: menuSince,
    first: atMost,
    orders: heldOrders,
    person: person !== null,
  });
  const scanned: Partial<SyncScanQuery> = data ?? {};
  // If there is an error, null may mean that a part did not answer. It is then not taken for an empty one.
  const doubtful = errors.length > 0;
  const menu = menuPart(scanned.store?.menuChanges ?? null);
  const own = ownPart(held, person, scanned.me ?? null, doubtful);
  return {
    menu: menu.delta,
    orders: own.orders,
    profile: own.profile,
    customerId: person,
    hasMore: menu.hasMore,
    next: writeSyncCursor({ storeId, menu: menu.next ?? menuSince, ...own.held }),
  };
}

type MenuChanges = NonNullable<NonNullable<SyncScanQuery['store']>['menuChanges']>;

function menuPart(changes: MenuChanges | null): { delta: DeviceSync['menu']; next: string | null; hasMore: boolean } {
  if (!changes) return { delta: null, next: null, hasMore: false };
  const { reset, changed, removedItemIds, next, hasMore } = changes;
  return {
    delta: { reset, changed: changed.map(({ item }) => ({ __typename: 'MenuItem', id: item.id })), removedItemIds },
    next,
    hasMore,
  };
}

type Scanned = NonNullable<SyncScanQuery['me']>;
type Own = Pick<DeviceSync, 'orders' | 'profile'> & {
  readonly held: Pick<SyncCursor, 'customerId' | 'orders' | 'profile'>;
};

/** The orders and the profile of the customer who asks now, even if somebody else used the device before. */
function ownPart(cursor: SyncCursor | null, person: string | null, me: Scanned | null, doubtful: boolean): Own {
  const before = cursor?.customerId === person ? cursor : null;
  // Without a cursor it is not known, either, whose data the device holds.
  const otherPerson = before === null;
  if (me === null && doubtful && person !== null) {
    // Data of the person who used the device before are deleted even if those of the present one cannot be read.
    return {
      orders: otherPerson ? { reset: true, changed: [], removedOrderIds: [] } : null,
      profile: otherPerson ? { changed: null, gone: true } : null,
      held: { customerId: person, orders: before?.orders ?? [], profile: before?.profile ?? null },
    };
  }
  const orders = ordersPart(before, me, doubtful);
  const profile = profilePart(before, otherPerson, me);
  return {
    orders: orders.delta,
    profile: profile.delta,
    held: { customerId: person, orders: orders.held, profile: profile.held },
  };
}

function ordersPart(
  before: SyncCursor | null,
  me: Scanned | null,
  doubtful: boolean,
): { delta: DeviceSync['orders']; held: HeldOrders } {
  if (me && !me.orders && doubtful)
    return { delta: before ? null : { reset: true, changed: [], removedOrderIds: [] }, held: before?.orders ?? [] };
  const now = (me?.orders?.edges ?? []).map(({ node }) => [node.id, fingerprint(node)] as const);
  const { reset, changed, removed } = orderDelta(before?.orders ?? null, now);
  return {
    delta: { reset, changed: changed.map((id) => ({ __typename: 'Order', id })), removedOrderIds: removed },
    held: now,
  };
}

function profilePart(
  before: SyncCursor | null,
  otherPerson: boolean,
  me: Scanned | null,
): { delta: DeviceSync['profile']; held: string | null } {
  if (me === null) {
    const held = otherPerson || (before?.profile ?? null) !== null;
    return { delta: held ? { changed: null, gone: true } : null, held: null };
  }
  const { orders: _orders, ...profile } = me;
  const now = fingerprint(profile);
  if (before?.profile === now) return { delta: null, held: now };
  return { delta: { changed: { __typename: 'Customer', id: me.id }, gone: otherPerson }, held: now };
}
