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

test('tells of each item whose price begins or ends later, and once of one that holds at once', async () => {
  let now = new Date(Date.now() + 60_000);
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  const menu = await testSubgraph<MenuDomain>(main, { seed: true, clock: () => now });
  const admin = principalWith(['admin'], { subject: 'admin' });
  const price = async (slug: string, validFrom: Date | null, validUntil: Date) => {
    const fields = { subjectId: item(slug), country: null, storeIds: [store], amount: 700 };
    const span = { validFrom: validFrom?.toISOString() ?? null, validUntil: validUntil.toISOString() };
    const edit: MenuEdit = { kind: 'PRICE', id: item(slug), fields: { ...fields, ...span } };
    const made = { mutation: 'edit', idempotencyKey: null, body: null, draftId: null, edit };
    expect(await editMenu(menu.domain, admin, made)).toMatchObject({ kind: 'done' });
  };
  const heard = new Set<string>();
  const told = async () => {
    await Promise.all([announceScheduledPrices(menu.domain), announceScheduledPrices(menu.domain)]);
    const news = (await menu.appended()).filter(({ eventId }) => !heard.has(eventId));
    news.forEach(({ eventId }) => heard.add(eventId));
    return news
      .flatMap(({ eventType, data }) => (eventType === 'MenuItemChanged' ? [data as object] : []))
      .map(({ menuItemId, kind }: { menuItemId?: string; kind?: string }) => `${kind} ${menuItemId}`)
      .sort();
  };
  const changed = (...slugs: string[]) => slugs.map((slug) => `PRICE ${item(slug)}`).sort();
  await told();

  await price('espresso', later(60), later(120));
  await price('cheeseburger', null, later(120));
  expect(await told()).toEqual(changed('espresso', 'cheeseburger'));
  now = later(30);
  expect(await told()).toEqual([]);
  now = later(60);
  expect(await told()).toEqual(changed('espresso'));
  expect(await told()).toEqual([]);
  now = later(60);
  expect(await told()).toEqual(changed('espresso', 'cheeseburger'));
});
