import { expect, test } from 'vitest';
import { readSyncCursor, writeSyncCursor, type SyncCursor } from './syncCursor.ts';
import { fingerprint, orderDelta } from './syncDelta.ts';

test('a device that holds nothing gets everything, and forgets what it has', () => {
  expect(
    orderDelta(null, [
      ['b', '2'],
      ['a', '1'],
    ]),
  ).toEqual({ reset: true, changed: ['b', 'a'], removed: [] });
});

test('only what is new or moved on is sent, and what fell out of the list is forgotten', () => {
  const held = [
    ['c', '1'],
    ['b', '2'],
    ['a', '5'],
  ] as const;
  const now = [
    ['d', '1'],
    ['c', '3'],
    ['b', '2'],
  ] as const;
  expect(orderDelta(held, now)).toEqual({ reset: false, changed: ['d', 'c'], removed: ['a'] });
});

test('an order that was placed before the last sync but committed after it is sent all the same', () => {
  expect(
    orderDelta(
      [['late', '1']],
      [
        ['late', '1'],
        ['early', '1'],
      ],
    ).changed,
  ).toEqual(['early']);
});

test('nothing changed: nothing is sent', () => {
  expect(orderDelta([['a', '1']], [['a', '1']])).toEqual({ reset: false, changed: [], removed: [] });
});

test('a fingerprint tells profiles apart', () => {
  expect(fingerprint({ name: 'Ada' })).toBe(fingerprint({ name: 'Ada' }));
  expect(fingerprint({ name: 'Ada' })).not.toBe(fingerprint({ name: 'Eda' }));
});

test('a cursor is read as it was written', () => {
  const cursor: SyncCursor = { storeId: 's', menu: 'm', customerId: null, orders: [['a', '1']], profile: null };
  expect(readSyncCursor(writeSyncCursor(cursor))).toEqual(cursor);
});

test.each(['', 'x', 'e30', Buffer.from('{"v":1}').toString('base64url'), 'A'.repeat(10_000)])(
  '%.20s is no cursor',
  (text) => {
    expect(readSyncCursor(text)).toBeNull();
  },
);
