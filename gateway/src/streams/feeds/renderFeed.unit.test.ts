import { expect, it } from 'vitest';
import { anonymous } from '#platform/identity/principal.ts';
import { renderFeed } from './renderFeed.ts';

it('is undefined where a part is null, missing, or text that a database cannot keep', () => {
  const of = (orderId: unknown) => renderFeed('order:{orderId}', { orderId }, anonymous('kiosk', []));
  expect([of('o1'), of(7), of(null), of(undefined), of('o1\0')]).toEqual([
    'order:o1',
    'order:7',
    undefined,
    undefined,
    undefined,
  ]);
});
