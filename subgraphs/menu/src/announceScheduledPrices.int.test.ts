import { expect, test } from 'vitest';
import { principalWith, testSubgraph } from '#platform/testkit/testSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import { availabilityOf } from './availability.ts';
import { editMenu } from './commands/editMenu.ts';
import type { MenuDomain } from './context.ts';
import type { MenuEdit } from './editing/menuEdit.ts';
import main from './main.ts';
import { announceScheduledPrices } from './announceScheduledPrices.ts';

const store = seedStores[0]!.id;
const item = (slug: string) => seedId('menuItem', slug);

test('announces once each item that a scheduled price makes available or ends, also when the item was removed meanwhile', async () => {
  let now = new Date(Date.now() + 60_000);
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  const menu = await testSubgraph<MenuDomain>(main, { seed: true, clock: () => now });
  const admin = principalWith(['admin'], { subject: 'admin' });
  const edit = async (made: MenuEdit) =>
    expect(
      await editMenu(menu.domain, admin, {
        mutation: 'edit',
        idempotencyKey: null,
        body: null,
        draftId: null,
        edit: made,
      }),
    ).toMatchObject({ kind: 'done' });
  const price = (slug: string, validFrom: Date | null, validUntil: Date) =>
    edit({
      kind: 'PRICE',
      id: item(slug),
      fields: {
        subjectId: item(slug),
        country: null,
        storeIds: [store],
        amount: 700,
        validFrom: validFrom?.toISOString() ?? null,
        validUntil: validUntil.toISOString(),
      },
    });
  let since: number | null = null;
  const news = async () => {
    await Promise.all([announceScheduledPrices(menu.domain), announceScheduledPrices(menu.domain)]);
    const { version, changed, removed } = (await availabilityOf(menu.domain, store, since))!;
    since = version;
    return { changed: changed.map((entry) => entry.item.id), removed };
  };
  await news();

  await price('katsu-burger', later(60), later(120));
  await price('sunday-roast-burger', null, later(120));
  await price('espresso', null, later(120));
  expect(await news()).toEqual({ changed: [item('sunday-roast-burger')], removed: [] });
  now = later(90);
  expect((await news()).changed).toContain(item('katsu-burger'));
  expect(await news()).toEqual({ changed: [], removed: [] });
  now = later(60);
  await edit({ kind: 'ITEM', id: item('sunday-roast-burger'), create: null, seen: null, fields: { removed: true } });
  const gone = await news();
  expect({ ...gone, removed: [...gone.removed].sort() }).toEqual({
    changed: [],
    removed: [item('katsu-burger'), item('sunday-roast-burger')].sort(),
  });
  expect(await news()).toEqual({ changed: [], removed: [] });
});
