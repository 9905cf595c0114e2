import { allergensOf, priceIn, seedCategories } from '#schema/seed/catalogue.ts';
import { seedCombos } from '#schema/seed/combos.ts';
import { seedItems, type SeedSize } from '#schema/seed/menuItems.ts';
import { seedModifierGroups } from '#schema/seed/modifierGroups.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedCountries, seedStores, type SeedCountry } from '#schema/seed/stores.ts';
import { adminService } from '#platform/identity/principal.ts';
import type { Prisma } from '#generated/menu/prisma/client.ts';
import type { Image } from './catalogue.ts';
import { setMenuItemAvailability } from './commands/setMenuItemAvailability.ts';
import { filesOf } from './config.ts';
import type { MenuDomain } from './context.ts';
import { drawSigns } from './pictures/drawSigns.ts';

/** A seed that a slow machine cannot write in the time of a command would keep the system from its first start. */
const seeding = { timeoutMs: 180_000 };

const countries = Object.keys(seedCountries) as SeedCountry[];
const epoch = new Date('2025-01-01T00:00:00.000Z');
const itemId = (slug: string): string => seedId('menuItem', slug);

const categories = (): Prisma.CategoryCreateManyInput[] =>
  seedCategories.map(({ slug, name }, position) => ({ id: seedId('category', slug), position, name: { ...name } }));

const items = (): Prisma.MenuItemCreateManyInput[] => [
  ...seedItems.map((item, position): Prisma.MenuItemCreateManyInput => ({
    id: itemId(item.slug),
    categoryId: seedId('category', item.category),
    position,
    kind: 'SIMPLE',
    taxClass: item.taxClass,
    name: { ...item.name },
    description: { ...item.description },
    allergens: allergensOf(item.recipe),
    kilocalories: item.kilocalories,
  })),
  ...seedCombos.map((combo, position): Prisma.MenuItemCreateManyInput => ({
    id: itemId(combo.slug),
    categoryId: seedId('category', 'combos'),
    position,
    kind: 'COMBO',
    taxClass: 'FOOD',
    name: { ...combo.name },
    description: { ...combo.description },
    allergens: [],
  })),
];

interface Seeded {
  readonly slug: string;
  readonly category: string;
  readonly sizes: readonly SeedSize[];
}

const everything = (): readonly Seeded[] => [
  ...seedItems,
  ...seedCombos.map((combo) => ({ ...combo, category: 'combos' })),
];

const sizes = (): Prisma.ItemSizeCreateManyInput[] =>
  everything().flatMap(({ slug, sizes: own }) =>
    own.map((size, position) => ({
      id: seedId('size', `${slug}/${size.slug}`),
      itemId: itemId(slug),
      position,
      name: { ...size.name },
      isDefault: size.isDefault,
    })),
  );

/** The variants of the picture of each item: the sign of its category, which the seeds draw themselves. */
function images(signs: ReadonlyMap<string, readonly Image[]>): Prisma.ItemImageCreateManyInput[] {
  return everything().flatMap(({ slug, category }) =>
    (signs.get(category) ?? []).map((image) => ({ itemId: itemId(slug), ...image })),
  );
}

const slotsOf = (combo: (typeof seedCombos)[number]) =>
  combo.slots.map((slot, position) => ({
    row: {
      id: seedId('slot', `${combo.slug}/${slot.slug}`),
      comboId: itemId(combo.slug),
      position,
      name: { ...slot.name },
      required: slot.required,
    },
    choices: Object.entries(slot.choices).map(([item, surcharge], choicePosition) => ({
      surcharge,
      row: {
        id: seedId('slotChoice', `${combo.slug}/${slot.slug}/${item}`),
        slotId: seedId('slot', `${combo.slug}/${slot.slug}`),
        itemId: itemId(item),
        position: choicePosition,
      },
    })),
  }));

/** Everything that has a price or surcharge, in euro cents, with the countries in which it is sold. */
const subjects = (): { subject: string; cents: number; sold: readonly SeedCountry[] }[] => [
  ...seedItems.map((item) => ({ subject: itemId(item.slug), cents: item.price, sold: item.countries ?? countries })),
  ...seedCombos.map((combo) => ({ subject: itemId(combo.slug), cents: combo.price, sold: countries })),
  ...[
    ...everything().flatMap(({ slug, sizes: own }) =>
      own.map((size) => ({ subject: seedId('size', `${slug}/${size.slug}`), cents: size.surcharge })),
    ),
    ...seedModifierGroups.flatMap((group) =>
      group.modifiers.map((modifier) => ({ subject: seedId('modifier', modifier.slug), cents: modifier.surcharge })),
    ),
    ...seedCombos
      .flatMap(slotsOf)
      .flatMap((slot) => slot.choices.map(({ row, surcharge }) => ({ subject: row.id, cents: surcharge }))),
  ]
    .filter(({ cents }) => cents !== 0)
    .map((each) => ({ ...each, sold: countries })),
];

const listId = (country: SeedCountry): string => seedId('priceList', country);

const listedPrices = (): Prisma.PriceCreateManyInput[] =>
  subjects().flatMap(({ subject, cents, sold }) =>
    sold.map((country) => ({
      id: seedId('price', `${country}/${subject}`),
      priceListId: listId(country),
      subjectId: subject,
      amount: priceIn(country, cents),
      validFrom: epoch,
    })),
  );

/** Own prices of some stores: in the four largest cities of each country, drinks and fries cost a tenth more. */
const ownPrices = (): Prisma.PriceCreateManyInput[] =>
  seedStores
    .filter(({ n }) => (n - 1) % 52 < 4 && n !== 1)
    .flatMap((store) =>
      ['fries', 'cola', 'cola-zero', 'coffee'].map((slug) => {
        const item = seedItems.find((each) => each.slug === slug)!;
        return {
          id: seedId('price', `${store.n}/${slug}`),
          priceListId: listId(store.country),
          storeId: store.id,
          subjectId: itemId(slug),
          amount: priceIn(store.country, Math.round(item.price * 1.1)),
          validFrom: epoch,
        };
      }),
    );

async function insert(domain: MenuDomain): Promise<void> {
  const options = { skipDuplicates: true };
  const slots = seedCombos.flatMap(slotsOf);
  const signs = await drawSigns(
    filesOf(domain),
    seedCategories.map(({ slug }) => slug),
  );
  await domain.transaction(async (tx) => {
    await tx.category.createMany({ data: categories(), ...options });
    await tx.menuItem.createMany({ data: items(), ...options });
    await tx.itemSize.createMany({ data: sizes(), ...options });
    await tx.itemImage.createMany({ data: images(signs), ...options });
    await tx.modifierGroup.createMany({
      data: seedModifierGroups.map(({ slug, name, min, max }) => ({
        id: seedId('modifierGroup', slug),
        name: { ...name },
        min,
        max,
      })),
      ...options,
    });
    await tx.modifier.createMany({
      data: seedModifierGroups.flatMap((group) =>
        group.modifiers.map((modifier, position) => ({
          id: seedId('modifier', modifier.slug),
          groupId: seedId('modifierGroup', group.slug),
          position,
          name: { ...modifier.name },
          maxQuantity: modifier.maxQuantity,
          allergens: allergensOf(modifier.recipe),
        })),
      ),
      ...options,
    });
    await tx.itemModifierGroup.createMany({
      data: seedItems.flatMap((item) =>
        item.groups.map((group, position) => ({
          itemId: itemId(item.slug),
          groupId: seedId('modifierGroup', group),
          position,
        })),
      ),
      ...options,
    });
    await tx.comboSlot.createMany({ data: slots.map(({ row }) => row), ...options });
    await tx.slotChoice.createMany({ data: slots.flatMap(({ choices }) => choices.map(({ row }) => row)), ...options });
    await tx.priceList.createMany({
      data: countries.map((country) => ({
        id: listId(country),
        country,
        currency: seedCountries[country].currency,
        exponent: seedCountries[country].exponent,
      })),
      ...options,
    });
    await tx.storePriceList.createMany({
      data: seedStores.map(({ id, country }) => ({ storeId: id, priceListId: listId(country) })),
      ...options,
    });
    await tx.price.createMany({ data: [...listedPrices(), ...ownPrices()], ...options });
    const ids = everything().map(({ slug }) => itemId(slug));
    await tx.menuChange.createMany({
      data: ids.map((id, index) => ({ scope: '*', itemId: id, version: index + 1 })),
      ...options,
    });
    await tx.menuVersion.updateMany({ where: { version: 0 }, data: { version: ids.length, catalogue: ids.length } });
  }, seeding);
}

/**
 * Seeds the whole catalogue for all stores. At the first store of each country, staff has withdrawn the corn on the
 * cob.
 */
export async function seed(domain: MenuDomain): Promise<void> {
  await insert(domain);
  const staff = adminService(domain.principal.subject);
  for (const store of seedStores.filter(({ n }) => n % 52 === 1)) {
    const { kind } = await setMenuItemAvailability(domain, staff, {
      storeId: store.id,
      menuItemId: itemId('corn-on-the-cob'),
      available: false,
    });
    if (kind !== 'done') throw new Error(`The corn on the cob of store ${store.id} could not be withdrawn: ${kind}.`);
  }
}
