import { expect, test } from 'vitest';
import { instant, storeWith } from './fixtures/smallMenu.ts';
import { changesPage, type Changes, type ItemChange } from './menuChanges.ts';
import { decodeSyncCursor, encodeSyncCursor, type SyncCursor } from './syncCursor.ts';

const begins = instant('03-05').getTime();
const store = storeWith({
  listed: {
    salad: [
      { amount: 400, from: 0, until: null },
      { amount: 300, from: begins, until: null },
    ],
    bacon: [{ amount: 1, from: begins, until: null }],
  },
});
const start: SyncCursor = { epoch: 'e', version: 10, at: instant('03-01').getTime() };
const now = instant('03-06');

/** Follows `next` until there are no more changes, as a device does. */
function followed(changes: readonly ItemChange[], limit: number): { pages: Changes[]; next: string } {
  const pages: Changes[] = [];
  let cursor = start;
  for (;;) {
    const from = cursor;
    const page = changesPage(
      store,
      from,
      false,
      changes.filter(({ version }) => version > from.version).slice(0, limit + 1),
      now,
      limit,
    );
    pages.push(page);
    cursor = decodeSyncCursor(page.next)!;
    if (!page.hasMore) return { pages, next: page.next };
    expect(pages.length).toBeLessThan(20);
  }
}

test.each([1, 2, 3, 4, 100])(
  'pages of %i contain every change once, keep the limit, and end at the same cursor',
  (limit) => {
    const changes = [
      { itemId: 'cola', version: 11 },
      { itemId: 'gone', version: 12 },
      { itemId: 'meal', version: 15 },
    ];
    const { pages, next } = followed(changes, limit);
    expect(pages.flatMap((page) => page.changed.map((entry) => entry.item.id))).toEqual([
      'burger',
      'salad',
      'cola',
      'meal',
    ]);
    expect(pages.flatMap((page) => page.removedItemIds)).toEqual(['gone']);
    for (const page of pages) expect(page.changed.length + page.removedItemIds.length).toBeLessThanOrEqual(limit);
    expect(decodeSyncCursor(next)).toEqual({ epoch: 'e', version: 15, at: now.getTime() });
  },
);

test('without changes only the time of the cursor moves on', () => {
  const later = changesPage(store, { ...start, at: now.getTime() }, false, [], instant('03-07'), 10);
  expect(later).toMatchObject({ changed: [], removedItemIds: [], hasMore: false });
  expect(decodeSyncCursor(later.next)).toEqual({ epoch: 'e', version: 10, at: instant('03-07').getTime() });
});

test('an item that changed and has a new price comes only once in a page', () => {
  const page = changesPage(store, start, false, [{ itemId: 'salad', version: 11 }], now, 10);
  expect(page.changed.map((entry) => [entry.item.id, entry.price])).toEqual([
    ['burger', 500],
    ['salad', 300],
  ]);
});

test('a cursor is decoded to what was encoded, and anything else is refused', () => {
  for (const cursor of [start, { ...start, to: 5, afterItem: 'x' }])
    expect(decodeSyncCursor(encodeSyncCursor(cursor))).toEqual(cursor);
  for (const text of [
    '',
    'nonsense',
    Buffer.from('{}').toString('base64url'),
    Buffer.from('["e",1.5,2]').toString('base64url'),
    ...[
      '["e",1,2,3]',
      '["e",-1,2]',
      '["e",1,1e300]',
      '["e",1,-1]',
      '["e",2147483648,2]',
      '[7,1,2]',
      '["\\u0000",1,2]',
      '["e",1,2,3,null]',
    ].map((each) => Buffer.from(each).toString('base64url')),
  ]) {
    expect(decodeSyncCursor(text)).toBeUndefined();
  }
});
