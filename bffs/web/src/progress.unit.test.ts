import { expect, test } from 'vitest';
import { progress, type OrderSoFar } from './progress.ts';

const order = (over: Partial<OrderSoFar>): OrderSoFar => ({
  status: 'PREPARING',
  promisedAt: null,
  timeline: [
    { status: 'PLACED', at: '1' },
    { status: 'CONFIRMED', at: '2' },
    { status: 'PREPARING', at: '3' },
  ],
  ...over,
});
const drawn = (so: OrderSoFar): string[] => progress(so).map(({ status, state }) => `${status} ${state}`);

test('what is behind, where it is, what is ahead', () => {
  expect(drawn(order({}))).toEqual([
    'PLACED DONE',
    'CONFIRMED DONE',
    'PREPARING CURRENT',
    'READY AHEAD',
    'COMPLETED AHEAD',
  ]);
});

test('a delivery has a way to go', () => {
  expect(drawn(order({ promisedAt: '9' }))).toContain('OUT_FOR_DELIVERY AHEAD');
});

test('an order that ended early has nothing ahead, and keeps what it came through', () => {
  const cancelled = order({
    status: 'CANCELLED',
    timeline: [
      { status: 'PLACED', at: '1' },
      { status: 'CANCELLED', at: '2' },
    ],
  });
  expect(progress(cancelled)).toEqual([
    { status: 'PLACED', state: 'DONE', at: '1' },
    { status: 'CANCELLED', state: 'CURRENT', at: '2' },
  ]);
});

test('an entry without a new status, such as the hand-over, is no step of its own', () => {
  const handedOver = order({
    status: 'READY',
    timeline: [
      { status: 'PLACED', at: '1' },
      { status: 'READY', at: '2' },
      { status: 'READY', at: '3' },
    ],
  });
  expect(progress(handedOver).find(({ status }) => status === 'READY')).toEqual({
    status: 'READY',
    state: 'CURRENT',
    at: '2',
  });
});

test('a status that the timeline does not know yet is still where the order is', () => {
  expect(drawn(order({ status: 'READY' }))).toEqual([
    'PLACED DONE',
    'CONFIRMED DONE',
    'PREPARING DONE',
    'READY CURRENT',
    'COMPLETED AHEAD',
  ]);
});
