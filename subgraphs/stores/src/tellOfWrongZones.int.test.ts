import { expect, test } from 'vitest';
import { testSubgraph } from '#platform/testkit/testSubgraph.ts';
import type { Stores } from './context.ts';
import main from './main.ts';
import { tellOfWrongZones } from './tellOfWrongZones.ts';

test('stores whose time zone is none are told at the start, and no others', async () => {
  const { domain } = await testSubgraph<Stores>(main, { seed: true });
  const told: [object, string][] = [];
  const log = { error: (about: object, message: string) => told.push([about, message]) } as unknown as Stores['log'];
  const atStart = () => tellOfWrongZones({ ...domain, log }).run(new AbortController().signal);
  await atStart();
  expect(told).toEqual([]);
  const store = await domain.db.store.findFirstOrThrow();
  await domain.db.store.update({ where: { id: store.id }, data: { timeZone: '' } });
  await atStart();
  expect(told).toEqual([
    [{ storeId: store.id, timeZone: '' }, expect.stringContaining(`${store.name} has no valid time zone: set one`)],
  ]);
});
