import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decide,
  emptyStock,
  evolve,
  isLow,
  movements,
  type StockCommand,
  type StockEvent,
  type StockItem,
} from './stockItem.ts';

const at = new Date('2026-03-01T12:00:00.000Z');
const storeId = '01941f29-7c00-7000-8000-000000000001';
const orderId = '01941f29-7c00-7000-8000-000000000002';
const empty = emptyStock(storeId, '01941f29-7c00-7000-8000-000000000003', 10);

const after = (item: StockItem, command: StockCommand) => {
  const decision = decide(item, command, at);
  if (decision.kind === 'refused') return decision.problem;
  return [decision.item.onHand, decision.item.reserved, decision.item.consumed];
};
const full: StockItem = { ...empty, version: 1, onHand: 5, reserved: 3, consumed: 2 };

test.each<[StockCommand, unknown]>([
  [{ kind: 'RECEIVE', quantity: 4 }, [9, 3, 2]],
  [{ kind: 'RESERVE', quantity: 5, orderId }, [0, 8, 2]],
  [{ kind: 'RESERVE', quantity: 6, orderId }, 'NOT_ENOUGH_ON_HAND'],
  [{ kind: 'RELEASE', quantity: 3, orderId }, [8, 0, 2]],
  [{ kind: 'RELEASE', quantity: 4, orderId }, 'NOT_RESERVED'],
  [{ kind: 'CONSUME', quantity: 3, orderId }, [5, 0, 5]],
  [{ kind: 'CONSUME', quantity: 4, orderId }, 'NOT_RESERVED'],
  [{ kind: 'ADJUST', quantity: -5, reason: 'WASTED' }, [0, 3, 2]],
  [{ kind: 'ADJUST', quantity: -6, reason: 'WASTED' }, 'NOT_ENOUGH_ON_HAND'],
  [{ kind: 'ADJUST', quantity: 0, reason: 'COUNTED' }, 'QUANTITY_INVALID'],
  [{ kind: 'ADJUST', quantity: 5, reason: 'COUNTED' }, [10, 3, 2]],
  [{ kind: 'ADJUST', quantity: 5, reason: 'WASTED' }, 'QUANTITY_INVALID'],
  [{ kind: 'ADJUST', quantity: 5, reason: 'RETURNED' }, 'QUANTITY_INVALID'],
  [{ kind: 'RECEIVE', quantity: 0 }, 'QUANTITY_INVALID'],
  [{ kind: 'RESERVE', quantity: -1, orderId }, 'QUANTITY_INVALID'],
  [{ kind: 'RECEIVE', quantity: 1.5 }, 'QUANTITY_INVALID'],
  [{ kind: 'RECEIVE', quantity: 2_000_000_000 }, 'TOO_MUCH'],
])('%j', (command, expected) => {
  expect(after(full, command)).toEqual(expected);
});

test('reserved stock can always be released or consumed: only what comes in is limited', () => {
  const brimful: StockItem = { ...empty, version: 1, onHand: 1_999_999_990, reserved: 10, consumed: 3_000_000_000 };
  expect(after(brimful, { kind: 'RECEIVE', quantity: 1 })).toBe('TOO_MUCH');
  expect(after(brimful, { kind: 'ADJUST', quantity: 1, reason: 'COUNTED' })).toBe('TOO_MUCH');
  expect(after(brimful, { kind: 'RELEASE', quantity: 10, orderId })).toEqual([2_000_000_000, 0, 3_000_000_000]);
  expect(after(brimful, { kind: 'CONSUME', quantity: 10, orderId })).toEqual([1_999_999_990, 0, 3_000_000_010]);
});

test('an event contains what moved, for which order, and the state after it', () => {
  const decision = decide(full, { kind: 'RESERVE', quantity: 2, orderId }, at);
  expect(decision).toMatchObject({
    kind: 'accepted',
    event: {
      kind: 'RESERVED',
      quantity: 2,
      orderId,
      reason: null,
      onHand: 3,
      reserved: 5,
      consumed: 2,
      low: true,
      at: at.toISOString(),
    },
  });
  expect(isLow({ onHand: 10, reorderLevel: 10 })).toBe(false);
});

const commands = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('RECEIVE' as const), quantity: fc.integer({ min: -5, max: 200 }) }),
    fc.record({
      kind: fc.constantFrom('RESERVE' as const, 'RELEASE' as const, 'CONSUME' as const),
      quantity: fc.integer({ min: -5, max: 60 }),
      orderId: fc.constant(orderId),
    }),
    fc.record({
      kind: fc.constant('ADJUST' as const),
      quantity: fc.integer({ min: -80, max: 80 }),
      reason: fc.constantFrom('COUNTED' as const, 'WASTED' as const),
    }),
  ),
  { maxLength: 60 },
);

test('after any movements, on hand + reserved + consumed is what came in, and nothing is below zero', () => {
  fc.assert(
    fc.property(commands, (history) => {
      let item = empty;
      const events: StockEvent[] = [];
      for (const command of history) {
        const decision = decide(item, command, at);
        if (decision.kind === 'refused') continue;
        events.push(decision.event);
        item = decision.item;
        const { onHand, reserved, consumed } = item;
        const cameIn = events
          .filter(({ kind }) => kind === 'RECEIVED' || kind === 'ADJUSTED')
          .reduce((sum, event) => sum + event.quantity, 0);
        expect(onHand + reserved + consumed).toBe(cameIn);
        expect(Math.min(onHand, reserved, consumed)).toBeGreaterThanOrEqual(0);
        expect(decision.event).toMatchObject({ onHand, reserved, consumed });
      }
      // The state follows from the events alone.
      expect(events.reduce(evolve, empty)).toEqual(item);
      expect(item.version).toBe(events.length);
    }),
  );
});

test('only what comes in changes the sum of the accounts', () => {
  const sums = Object.entries(movements).map(([kind, { onHand, reserved, consumed }]) => [
    kind,
    onHand + reserved + consumed,
  ]);
  expect(Object.fromEntries(sums)).toEqual({ RECEIVED: 1, RESERVED: 0, RELEASED: 0, CONSUMED: 0, ADJUSTED: 1 });
});
