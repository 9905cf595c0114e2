import type { DataOf } from '#platform/events/defineEvent.ts';
import type { InventoryUpdated } from '#schema/events/inventory.ts';

export type StockEvent = DataOf<typeof InventoryUpdated>;
export type AdjustmentReason = NonNullable<StockEvent['reason']>;

/**
 * The stock of one ingredient at one store, in the ingredient's unit. On hand, reserved and consumed add up to
 * everything that came in, corrections included.
 */
export interface StockItem {
  readonly storeId: string;
  readonly ingredientId: string;
  /** The number of events in its stream. */
  readonly version: number;
  /** The quantity that is free to be used. */
  readonly onHand: number;
  /** The quantity that is reserved for orders that are not cooked yet. */
  readonly reserved: number;
  readonly consumed: number;
  readonly reorderLevel: number;
}

export type StockCommand =
  | { readonly kind: 'RECEIVE'; readonly quantity: number }
  | { readonly kind: 'RESERVE' | 'RELEASE' | 'CONSUME'; readonly quantity: number; readonly orderId: string }
  | { readonly kind: 'ADJUST'; readonly quantity: number; readonly reason: AdjustmentReason };

export type StockProblem =
  /** The command would take more than is on hand. */
  | 'NOT_ENOUGH_ON_HAND'
  /** The command would release or consume more than is reserved. */
  | 'NOT_RESERVED'
  /**
   * The quantity is not a whole number above zero. For an adjustment: it is not a whole number, is zero, or is
   * positive although its reason can only take stock away.
   */
  | 'QUANTITY_INVALID'
  /** The stock would become larger than a store may keep. */
  | 'TOO_MUCH';

export type StockDecision =
  | { readonly kind: 'accepted'; readonly event: StockEvent; readonly item: StockItem }
  | { readonly kind: 'refused'; readonly problem: StockProblem };

/**
 * The most that a store may keep of an ingredient, on hand and reserved together. Releasing and consuming are never
 * limited by it, since what is reserved has come in before.
 */
const capacity = 2_000_000_000;

/** Whether an adjustment may add stock: only a count may. Waste and returned goods are gone. */
const findsMore = (reason: AdjustmentReason): boolean => reason === 'COUNTED';

function isPossible(command: StockCommand): boolean {
  if (!Number.isSafeInteger(command.quantity)) return false;
  if (command.kind !== 'ADJUST') return command.quantity > 0;
  return command.quantity < 0 || (command.quantity > 0 && findsMore(command.reason));
}

/**
 * How one unit of each movement changes each account. The sum of the accounts changes only by what comes in and by
 * adjustments.
 */
export const movements: Readonly<
  Record<StockEvent['kind'], { readonly onHand: number; readonly reserved: number; readonly consumed: number }>
> = {
  RECEIVED: { onHand: 1, reserved: 0, consumed: 0 },
  RESERVED: { onHand: -1, reserved: 1, consumed: 0 },
  RELEASED: { onHand: 1, reserved: -1, consumed: 0 },
  CONSUMED: { onHand: 0, reserved: -1, consumed: 1 },
  ADJUSTED: { onHand: 1, reserved: 0, consumed: 0 },
};

const kindOf: Readonly<Record<StockCommand['kind'], StockEvent['kind']>> = {
  RECEIVE: 'RECEIVED',
  RESERVE: 'RESERVED',
  RELEASE: 'RELEASED',
  CONSUME: 'CONSUMED',
  ADJUST: 'ADJUSTED',
};

/** The state before the first event. */
export const emptyStock = (storeId: string, ingredientId: string, reorderLevel = 0): StockItem => ({
  storeId,
  ingredientId,
  version: 0,
  onHand: 0,
  reserved: 0,
  consumed: 0,
  reorderLevel,
});

export const isLow = (item: Pick<StockItem, 'onHand' | 'reorderLevel'>): boolean => item.onHand < item.reorderLevel;

/** The state after an event. */
export function evolve(item: StockItem, event: Pick<StockEvent, 'kind' | 'quantity'>): StockItem {
  const each = movements[event.kind];
  return {
    ...item,
    version: item.version + 1,
    onHand: item.onHand + each.onHand * event.quantity,
    reserved: item.reserved + each.reserved * event.quantity,
    consumed: item.consumed + each.consumed * event.quantity,
  };
}

/** The event and the new state to which a command leads, or the problem for which it is refused. */
export function decide(item: StockItem, command: StockCommand, at: Date): StockDecision {
  if (!isPossible(command)) return { kind: 'refused', problem: 'QUANTITY_INVALID' };
  const kind = kindOf[command.kind];
  const after = evolve(item, { kind, quantity: command.quantity });
  if (after.onHand < 0) return { kind: 'refused', problem: 'NOT_ENOUGH_ON_HAND' };
  if (after.reserved < 0) return { kind: 'refused', problem: 'NOT_RESERVED' };
  const room = after.onHand + after.reserved;
  if (room > capacity && room > item.onHand + item.reserved) return { kind: 'refused', problem: 'TOO_MUCH' };
  const event: StockEvent = {
    storeId: item.storeId,
    ingredientId: item.ingredientId,
    kind,
    quantity: command.quantity,
    orderId: 'orderId' in command ? command.orderId : null,
    reason: 'reason' in command ? command.reason : null,
    onHand: after.onHand,
    reserved: after.reserved,
    consumed: after.consumed,
    low: isLow(after),
    at: at.toISOString(),
  };
  return { kind: 'accepted', event, item: after };
}
