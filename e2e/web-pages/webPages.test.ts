import { beforeAll, expect, test } from 'vitest';
import {
  SearchMenuDocument,
  StoreFinderDocument,
  StoreMenuPageDocument,
  StoresNearbyDocument,
  type MenuFilter,
  type StoreFilter,
  type StoreMenuPageQuery,
} from '#generated/bffs/web/operations.ts';
import { seedChain } from '#schema/seed/chain.ts';
import { seedItems } from '#schema/seed/menuItems.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';

let system: TestSystem;
/** Looks around without signing in. */
let guest: ChannelClient;
beforeAll(async () => {
  system = await sharedSystem();
  guest = system.client('web');
});

const [store] = seedStores;
const entriesOf = (page: StoreMenuPageQuery) =>
  page.store?.menu?.sections.flatMap(({ category, entries }) =>
    entries.edges.map(({ node }) => ({ category, ...node })),
  ) ?? [];
const menu = async (filter?: MenuFilter) =>
  entriesOf(await guest.ask(StoreMenuPageDocument, { storeId: demoStore, filter }));
const names = (entries: readonly { readonly item: { readonly name: string } }[]) =>
  entries.map(({ item }) => item.name);

test('the menu page tells the store, and everything it sells: names, prices, allergens, sizes and pictures', async () => {
  const page = await guest.ask(StoreMenuPageDocument, { storeId: demoStore });
  expect(page.store).toMatchObject({
    name: 'Dr. Burger Berlin',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    taxRegime: { inclusive: true },
    openNow: true,
    acceptingOrders: true,
    pauseReason: null,
    address: { city: store?.city, postalCode: store?.postalCode, country: 'DE' },
  });
  expect(page.store?.openingHours).toHaveLength(7);
  const categories = page.store?.menu?.sections.map(({ category }) => category.name);
  expect(categories).toEqual(seedChain().rows.categories.map(({ name }) => name['en']));

  const entries = entriesOf(page);
  for (const seeded of seedItems().filter(({ prices }) => prices.has('DE'))) {
    const entry = entries.find(({ item }) => item.id === seedId('menuItem', seeded.slug));
    expect(entry, seeded.slug).toMatchObject({
      price: { amount: seeded.prices.get('DE'), currency: 'EUR', exponent: 2 },
      category: { id: seedId('category', seeded.category) },
      item: {
        name: seeded.name['en'],
        description: seeded.description['en'],
        allergens: expect.arrayContaining(seeded.allergens.slice()) as string[],
        kilocalories: seeded.kilocalories,
      },
    });
    expect(
      entry?.sizes.map(({ size }) => size.name),
      seeded.slug,
    ).toEqual(seeded.sizes.map((name) => name['en']));
    expect(entry?.item.pictureSet, seeded.slug).toMatch(/^http:\S+ \d+w(, http:\S+ \d+w)+$/);
  }
  for (const { item, available, unavailableReason } of entries)
    expect(unavailableReason === null, item.name).toBe(available);
  const elsewhere = seedItems().find(({ prices }) => !prices.has('DE'));
  if (elsewhere) expect(names(entries)).not.toContain(elsewhere.name['en']);

  const german = await guest.ask(StoreMenuPageDocument, { storeId: demoStore, locale: 'DE' });
  expect(german.store?.menu?.sections.map(({ category }) => category.name)).toEqual(
    seedChain().rows.categories.map(({ name }) => name['de']),
  );
});

test('filters of the menu combine: what all of them let through, and nothing else', async () => {
  const filters = {
    categoryId: seedId('category', 'burgers'),
    maxPrice: 700,
    withoutAllergens: ['MILK'],
    text: 'beef',
  } satisfies MenuFilter;
  const alone = await Promise.all(Object.entries(filters).map(([key, value]) => menu({ [key]: value })));
  const all = await menu();
  for (const some of alone) {
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(all.length);
  }
  const inAll = names(all).filter((name) => alone.every((some) => names(some).includes(name)));
  expect(inAll.length).toBeGreaterThan(0);
  expect(inAll.length).toBeLessThan(Math.min(...alone.map((some) => some.length)));
  const together = await menu(filters);
  expect(names(together)).toEqual(inAll);
  for (const { item, price } of together) {
    expect(price.amount).toBeLessThanOrEqual(700);
    expect(item.allergens).not.toContain('MILK');
    expect(`${item.name} ${item.description}`).toMatch(/beef/i);
  }
  expect(await menu({ ...filters, maxPrice: 1 })).toEqual([]);
});

test('a search finds words in any language, in pages that add up, and takes the filters too', async () => {
  const search = (filter: MenuFilter, first: number, after?: string) =>
    guest.ask(SearchMenuDocument, { storeId: demoStore, filter, first, after });
  const whole = (await search({ text: 'CHEESE' }, 50)).store?.menu?.entries;
  expect(whole?.edges.length).toBeGreaterThan(3);
  expect(whole?.pageInfo.hasNextPage).toBe(false);
  for (const { node } of whole?.edges ?? [])
    expect(`${node.item.name} ${node.item.description}`, node.item.name).toMatch(/cheese|käse/i);

  const paged: string[] = [];
  for (let after: string | undefined, more = true; more;) {
    const page = (await search({ text: 'cheese' }, 2, after)).store?.menu?.entries;
    expect(page?.edges.length).toBeLessThanOrEqual(2);
    paged.push(...names(page?.edges.map(({ node }) => node) ?? []));
    after = page?.pageInfo.endCursor ?? undefined;
    more = page?.pageInfo.hasNextPage ?? false;
  }
  expect(paged).toEqual(names(whole?.edges.map(({ node }) => node) ?? []));

  const german = (await search({ text: 'Hähnchen' }, 50)).store?.menu?.entries.edges.map(({ node }) => node.item) ?? [];
  expect(german.length).toBeGreaterThan(0);
  expect(german.some(({ name, description }) => /chicken/i.test(`${name} ${description}`))).toBe(true);
  expect(
    (await search({ text: 'cheese', withoutAllergens: ['MILK'] }, 50)).store?.menu?.entries.edges.every(
      ({ node }) => !node.item.allergens.includes('MILK'),
    ),
  ).toBe(true);
  expect((await search({ text: 'zeppelin' }, 50)).store?.menu?.entries.edges).toEqual([]);
});

test('filters of the store finder combine; pages add up to all stores', async () => {
  const find = async (filter: StoreFilter | undefined, first = 100) => {
    const found: { id: string; city: string; country: string; services: readonly string[]; openNow: boolean | null }[] =
      [];
    for (let after: string | undefined, more = true; more;) {
      const { stores } = await guest.ask(StoreFinderDocument, { filter, first, after });
      found.push(
        ...(stores?.edges ?? []).map(({ node }) => ({
          id: node.id,
          city: node.address.city,
          country: node.address.country,
          services: node.services,
          openNow: node.openNow,
        })),
      );
      after = stores?.pageInfo.endCursor ?? undefined;
      more = stores?.pageInfo.hasNextPage ?? false;
    }
    return found;
  };
  const everywhere = await find(undefined, 30);
  expect(everywhere.map(({ id }) => id).sort()).toEqual(seedStores.map(({ id }) => id).sort());
  const filter: StoreFilter = { country: 'DE', city: 'b', services: ['DELIVERY'] };
  const expected = everywhere.filter(
    ({ country, city, services }) =>
      country === 'DE' && city.toLowerCase().startsWith('b') && services.includes('DELIVERY'),
  );
  expect(expected.length).toBeGreaterThan(0);
  expect((await find(filter)).map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
  expect((await find({ ...filter, orderableNow: true })).every(({ openNow }) => openNow)).toBe(true);
});

test('pictures of the menu are served as WebP, to be kept for ever; others are not found', async () => {
  const [entry] = await menu();
  const urls = entry!.item.pictureSet!.split(', ').map((each) => each.split(' ')[0]!);
  expect(urls.length).toBeGreaterThan(1);
  for (const url of urls) {
    const answer = await fetch(`${new URL(system.urlOf('web')).origin}${new URL(url).pathname}`);
    expect(answer.status, url).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/webp');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([bytes.toString('latin1', 0, 4), bytes.toString('latin1', 8, 12)]).toEqual(['RIFF', 'WEBP']);
  }
  const other = await fetch(`${new URL(system.urlOf('web')).origin}/images/menu/${'0'.repeat(32)}-480.webp`);
  expect(other.status).toBe(404);
});

test('stores around a place come nearest first, and no farther than asked', async () => {
  const { nearestStores } = await guest.ask(StoresNearbyDocument, {
    position: { latitude: store!.latitude, longitude: store!.longitude },
    withinMetres: 200_000,
    first: 5,
  });
  const distances = nearestStores?.map(({ distanceMetres }) => distanceMetres) ?? [];
  expect(nearestStores?.[0]?.store.id).toBe(demoStore);
  expect(distances).toEqual([...distances].sort((a, b) => a - b));
  expect(distances.length).toBeGreaterThan(1);
  expect(Math.max(...distances)).toBeLessThanOrEqual(200_000);
});
