import { beforeAll, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { MenuQueryService } from '#generated/proto/drburger/menu/v1/menu_pb.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import { nobody, principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { publishDueDrafts } from './commands/settleDraft.ts';
import { filesOf } from './config.ts';
import type { MenuDomain } from './context.ts';
import main from './main.ts';

const item = (slug: string) => seedId('menuItem', slug);
const berlin = seedStores[0]!.id;
const second = seedStores[1]!.id;
const admin = principalWith(['admin'], { subject: 'admin' });

let menu: TestSubgraph<MenuDomain>;
let now = new Date('2026-03-01T12:00:00.000Z');
beforeAll(async () => {
  menu = await testSubgraph<MenuDomain>(main, { seed: true, clock: () => now });
});

type Answer = Record<string, unknown> & {
  __typename: string;
  item?: { id: string; version: number };
  category?: { id: string; version: number };
  group?: { id: string; version: number; modifiers: { id: string }[] };
  draft?: { id: string; version: number };
};
const itemFields = 'id version removed nameEn: name nameDe: name(locale: DE) sizes { id isDefault } slots { id }';
const groupFields = 'id version retired min max modifiers { id name }';
const draftFields = 'id version state edits { kind creates fields } problem { edit changedFields }';
const fragments = (result: string): string =>
  ({
    Item: `... on MenuItemChangedMeanwhile { changedFields item { version nameEn: name } } ... on MenuItemEdited { item { ${itemFields} } } ... on MenuItemNotFound { message }`,
    Category:
      '... on MenuCategoryChangedMeanwhile { changedFields } ... on MenuCategoryEdited { category { id version retired name position } }',
    Group: `... on ModifierGroupEdited { group { ${groupFields} } }`,
    Price: `... on ChangeMenuItemPriceSuccess { price { amount currency } validFrom }
      ... on MenuPriceInvalid { field message }`,
    Remove:
      '... on MenuItemChangedMeanwhile { changedFields } ... on RemoveMenuItemSuccess { item { id version removed } }',
    Draft: `... on MenuDraftSaved { draft { ${draftFields} } } ... on MenuDraftChangedMeanwhile { draft { version } }
      ... on MenuDraftRefused { draft { state version } problem { edit changedFields } }`,
  })[result] ?? '';
const resultOf: Readonly<Record<string, string>> = {
  createMenuItem: 'Item',
  setMenuItemImage: 'Item',
  changeMenuItem: 'Item',
  removeMenuItem: 'Remove',
  changeMenuItemPrice: 'Price',
  createMenuCategory: 'Category',
  changeMenuCategory: 'Category',
  retireMenuCategory: 'Category',
  createModifierGroup: 'Group',
  changeModifierGroup: 'Group',
  retireModifierGroup: 'Group',
  createMenuDraft: 'Draft',
  publishMenuDraft: 'Draft',
  discardMenuDraft: 'Draft',
};

let keys = 0;
async function run(mutation: string, input: object, who = admin): Promise<Answer> {
  const of = resultOf[mutation]!;
  const problem = '... on MenuInputProblem { field message }';
  const drafted = `... on MenuEditDrafted { id draft { ${draftFields} } }`;
  const common = of === 'Draft' ? problem : of === 'Price' ? drafted : `${problem} ${drafted}`;
  const { data, errors } = await menu.as(who)(
    `mutation ($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) {
      ${mutation}(input: $input) { __typename ${fragments(of)} ${common} } }`,
    { input: { idempotencyKey: `key-${(keys += 1)}`, ...input } },
  );
  if (errors) return { __typename: String(errors[0]?.extensions?.['code']), message: errors[0]?.message };
  return (data as Record<string, Answer>)[mutation]!;
}

const english = (text: string) => [{ locale: 'EN', text }];
const category = async (name: string) => (await run('createMenuCategory', { name: english(name) })).category!;
const newItem = async (categoryId: string, over: object = {}) =>
  run('createMenuItem', { categoryId, kind: 'SIMPLE', taxClass: 'FOOD', name: english('Pretzel'), ...over });
const priceOf = async (menuItemId: string, storeId = berlin, line: object = {}) =>
  (
    await menu
      .client(MenuQueryService)
      .priceLines({ storeId, at: now.toISOString(), lines: [{ menuItemId, quantity: 1, ...line }] })
  ).lines[0]!;
const entryAt = async (id: string, storeId = berlin) =>
  (
    (
      await menu.as(nobody)(
        `query ($id: ID!, $storeId: ID!) { menuItem(id: $id) { entryAt(storeId: $storeId) { price { amount } available
          modifierGroups { modifiers { modifier { id } } } } } }`,
        { id, storeId },
      )
    ).data as { menuItem: { entryAt: Record<string, unknown> | null } | null }
  ).menuItem?.entryAt;
const eventsOf = async (stream: string) =>
  (await menu.appended())
    .filter(({ metadata }) => metadata.aggregateId === stream)
    .map(({ data }) => (data as { kind: string }).kind);

describe('an item', () => {
  it('is created once for a key, sold where it gets a price, and told to devices and boards', async () => {
    const { id: categoryId } = await category('Bakery');
    const asked = { idempotencyKey: 'pretzel', allergens: ['GLUTEN'] };
    const [first, again] = [await newItem(categoryId, asked), await newItem(categoryId, asked)];
    expect(first).toMatchObject({ __typename: 'MenuItemEdited', item: { version: 1, nameEn: 'Pretzel' } });
    expect(again).toEqual(first);
    const { id } = first.item!;
    expect(await entryAt(id)).toBeNull();
    expect(await run('changeMenuItemPrice', { menuItemId: id, country: 'DE', amount: 250 })).toMatchObject({
      price: { amount: 250, currency: 'EUR' },
    });
    expect(await entryAt(id)).toMatchObject({ price: { amount: 250 }, available: true });
    expect(await eventsOf(`item:${id}`)).toEqual(['CREATED', 'PRICE']);
    expect((await menu.appended()).map(({ metadata }) => metadata.aggregateId)).toContain(
      `availability:${berlin}:${id}`,
    );
  });

  it('changes what is told of it; a stale edit learns which fields others changed, and does nothing', async () => {
    const { id } = (await newItem((await category('Soups')).id)).item!;
    const change = (over: object) => run('changeMenuItem', { menuItemId: id, expectedVersion: 1, ...over });
    expect(await change({ name: [{ locale: 'DE', text: 'Brezel' }], kilocalories: 300 })).toMatchObject({
      item: { version: 2, nameEn: 'Pretzel', nameDe: 'Brezel' },
    });
    expect(await change({ expectedVersion: 2, taxClass: 'BEVERAGE' })).toMatchObject({ item: { version: 3 } });
    expect(await change({ name: english('Lost') })).toMatchObject({
      __typename: 'MenuItemChangedMeanwhile',
      changedFields: ['kilocalories', 'name', 'taxClass'],
      item: { version: 3, nameEn: 'Pretzel' },
    });
    expect(await change({ expectedVersion: 2, name: english('Lost') })).toMatchObject({ changedFields: ['taxClass'] });
    expect(await change({ expectedVersion: 3, taxClass: 'BEVERAGE' })).toMatchObject({ item: { version: 3 } });
    expect(await eventsOf(`item:${id}`)).toEqual(['CREATED', 'DETAILS', 'DETAILS']);
  });

  it('has sizes and slots told whole; what is sold no longer can still be read for orders', async () => {
    const { id: categoryId } = await category('Teas');
    const size = (text: string, isDefault: boolean, id?: string) => ({ id, name: english(text), isDefault });
    const created = await newItem(categoryId, { sizes: [size('Small', true), size('Large', false)] });
    const { id, sizes } = created.item! as unknown as { id: string; sizes: { id: string }[] };
    await run('changeMenuItemPrice', { menuItemId: id, country: 'DE', amount: 300 });
    const surcharge = { menuItemId: id, partId: sizes[1]!.id, country: 'DE', amount: 90 };
    expect((await run('changeMenuItemPrice', surcharge)).__typename).toBe('ChangeMenuItemPriceSuccess');
    expect((await run('changeMenuItemPrice', { ...surcharge, menuItemId: item('cola') })).__typename).toBe(
      'MenuItemNotFound',
    );
    expect(await priceOf(id, berlin, { sizeId: sizes[1]!.id })).toMatchObject({ problem: '', unitPrice: 390n });
    await run('changeMenuItem', { menuItemId: id, expectedVersion: 1, sizes: [size('Small', true, sizes[0]!.id)] });
    expect(await priceOf(id, berlin, { sizeId: sizes[1]!.id })).toMatchObject({ problem: 'UNKNOWN_SIZE' });
    const kept = await menu.as(nobody)(
      'query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on MenuItemSize { name } } }',
      { ids: [{ __typename: 'MenuItemSize', id: sizes[1]!.id }] },
    );
    expect(kept.data).toEqual({ _entities: [{ name: 'Large' }] });

    const slots = [{ name: english('Drink'), required: true, menuItemIds: [id, item('cola')] }];
    const combo = await newItem(categoryId, { kind: 'COMBO', slots });
    expect(combo.item).toMatchObject({ slots: [{ id: expect.any(String) as string }] });
    await run('changeMenuItemPrice', { menuItemId: combo.item!.id, country: 'DE', amount: 900 });
    const filled = {
      slots: [{ slotId: (combo.item as unknown as { slots: { id: string }[] }).slots[0]!.id, menuItemId: id }],
    };
    expect(await priceOf(combo.item!.id, berlin, filled)).toMatchObject({ problem: '', componentItemIds: [id] });
  });

  it.each<[string, object]>([
    ['name', { name: [{ locale: 'DE', text: 'Nur deutsch' }] }],
    ['categoryId', { categoryId: seedId('category', 'no-such') }],
    ['sizes', { sizes: [{ name: english('Only'), isDefault: false }] }],
    ['modifierGroupIds', { modifierGroupIds: ['not-an-id'] }],
    ['slots', { kind: 'COMBO' }],
    ['slots', { slots: [{ name: english('In a simple one'), required: true, menuItemIds: [item('cola')] }] }],
    [
      'slots',
      { kind: 'COMBO', slots: [{ name: english('Meal'), required: true, menuItemIds: [item('classic-meal')] }] },
    ],
    ['kilocalories', { kilocalories: -1 }],
  ])('is refused with a wrong %s', async (field, over) => {
    const { id } = await category('Wrong');
    expect(await newItem(id, over)).toMatchObject({ __typename: 'MenuInputProblem', field });
  });
});

describe('a category and a group of extras', () => {
  it('are created, changed, and retired when nothing needs them any more', async () => {
    const { id } = await category('Winter');
    const edit = (mutation: string, version: number, over: object = {}) =>
      run(mutation, { categoryId: id, expectedVersion: version, ...over });
    expect(await edit('changeMenuCategory', 1, { position: 3 })).toMatchObject({
      category: { version: 2, position: 3 },
    });
    expect(await edit('changeMenuCategory', 1, { name: english('Late') })).toMatchObject({
      __typename: 'MenuCategoryChangedMeanwhile',
      changedFields: ['position'],
    });
    const inside = (await newItem(id)).item!;
    expect(await edit('retireMenuCategory', 2)).toMatchObject({ field: 'categoryId' });
    expect(await run('removeMenuItem', { menuItemId: inside.id, expectedVersion: 7 })).toMatchObject({
      __typename: 'MenuItemChangedMeanwhile',
    });
    expect(await run('removeMenuItem', { menuItemId: inside.id, expectedVersion: 1 })).toMatchObject({
      item: { removed: true },
    });
    expect(await edit('retireMenuCategory', 2)).toMatchObject({ category: { retired: true } });
    const listed = await menu.as(nobody)('{ menuCategories { id } }');
    expect((listed.data!['menuCategories'] as { id: string }[]).map((each) => each.id)).not.toContain(id);
    expect((await edit('changeMenuCategory', 3, { position: 1 })).__typename).toBe('MenuCategoryNotFound');
  });

  it('brings its extras to every item that has it, and takes them away again', async () => {
    const modifier = (text: string, id?: string) => ({ id, name: english(text), maxQuantity: 1, allergens: [] });
    const made = await run('createModifierGroup', {
      name: english('Dips'),
      min: 0,
      max: 2,
      modifiers: [modifier('Mustard'), modifier('Aioli')],
    });
    const group = made.group!;
    const { id } = (await newItem((await category('Snacks')).id, { modifierGroupIds: [group.id] })).item!;
    await run('changeMenuItemPrice', { menuItemId: id, country: 'DE', amount: 100 });
    const aioli = { modifiers: [{ modifierId: group.modifiers[1]!.id, quantity: 1 }] };
    await run('changeMenuItemPrice', { menuItemId: id, partId: group.modifiers[1]!.id, country: 'DE', amount: 60 });
    expect(await priceOf(id, berlin, aioli)).toMatchObject({ unitPrice: 160n });
    const edit = (mutation: string, version: number, over: object = {}) =>
      run(mutation, { modifierGroupId: group.id, expectedVersion: version, ...over });
    expect(await edit('changeModifierGroup', 1, { min: 3, max: 3 })).toMatchObject({ field: 'min' });
    const [mustard] = group.modifiers;
    expect(await edit('changeModifierGroup', 1, { modifiers: [modifier('Mustard', mustard!.id)] })).toMatchObject({
      group: { version: 2, modifiers: [{ id: mustard!.id }] },
    });
    expect(await priceOf(id, berlin, aioli)).toMatchObject({ problem: 'UNKNOWN_MODIFIER' });
    expect(await eventsOf(`item:${id}`)).toEqual(['CREATED', 'PRICE', 'PRICE', 'DETAILS']);
    expect(await edit('retireModifierGroup', 2)).toMatchObject({ group: { retired: true, modifiers: [] } });
    expect(await entryAt(id)).toMatchObject({ modifierGroups: [] });
    const orders = await menu.as(nobody)(
      'query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on Modifier { name } } }',
      { ids: [{ __typename: 'Modifier', id: group.modifiers[1]!.id }] },
    );
    expect(orders.data).toEqual({ _entities: [{ name: 'Aioli' }] });
    expect(await run('changeMenuItem', { menuItemId: id, expectedVersion: 1 })).toMatchObject({
      changedFields: ['modifierGroupIds'],
    });
  });
});

describe('a price', () => {
  it('is given to several stores at once, of which each keeps its own before its country’s', async () => {
    const { id } = (await newItem((await category('Fairs')).id)).item!;
    await run('changeMenuItemPrice', { menuItemId: id, country: 'DE', amount: 500 });
    const group = { menuItemId: id, storeIds: [berlin, second], amount: 700 };
    expect((await run('changeMenuItemPrice', group)).__typename).toBe('ChangeMenuItemPriceSuccess');
    expect([await priceOf(id), await priceOf(id, second), await priceOf(id, seedStores[2]!.id)]).toMatchObject([
      { unitPrice: 700n },
      { unitPrice: 700n },
      { unitPrice: 500n },
    ]);
    expect(await run('changeMenuItemPrice', { ...group, country: 'DE' })).toMatchObject({ field: 'country' });
    expect(await run('changeMenuItemPrice', { ...group, storeIds: [berlin, seedId('store', 9_999)] })).toMatchObject({
      __typename: 'MenuPriceListNotFound',
    });
    expect(await run('changeMenuItemPrice', { menuItemId: id, country: 'DE', amount: -1 })).toMatchObject({
      field: 'amount',
    });
  });
});

describe('a draft', () => {
  const begin = async (name: string) => (await run('createMenuDraft', { name })).draft!;

  it('keeps edits that belong together to itself, and makes all of them at one instant', async () => {
    const draft = await begin('Summer');
    const at = { draftId: draft.id };
    const drinks = await run('createMenuCategory', { ...at, name: english('Summer drinks') });
    expect(drinks).toMatchObject({ __typename: 'MenuEditDrafted', draft: { version: 2 } });
    const categoryId = drinks['id'] as string;
    const made = await newItem(categoryId, { ...at, name: english('Iced tea') });
    const menuItemId = made['id'] as string;
    const priced = await run('changeMenuItemPrice', { ...at, menuItemId, country: 'DE', amount: 350 });
    expect(priced).toMatchObject({ __typename: 'MenuEditDrafted', draft: { version: 4, state: 'OPEN' } });
    expect(await run('changeMenuItem', { ...at, menuItemId: item('no-such'), expectedVersion: 1 })).toMatchObject({
      __typename: 'MenuItemNotFound',
    });
    expect(await entryAt(menuItemId)).toBeUndefined();
    const publish = { draftId: draft.id, expectedVersion: 4 };
    expect(await run('publishMenuDraft', { ...publish, expectedVersion: 2 })).toMatchObject({
      __typename: 'MenuDraftChangedMeanwhile',
      draft: { version: 4 },
    });
    expect(await run('publishMenuDraft', publish)).toMatchObject({ draft: { state: 'PUBLISHED' } });
    expect(await entryAt(menuItemId)).toMatchObject({ price: { amount: 350 }, available: true });
    expect((await run('publishMenuDraft', { ...publish, expectedVersion: 5 })).__typename).toBe('MenuDraftNotFound');
    expect(await newItem(categoryId, at)).toMatchObject({ field: 'draftId' });
  });

  it('is published by itself when its time comes, once', async () => {
    const draft = await begin('Tomorrow');
    const { id } = (await newItem((await category('Specials')).id)).item!;
    await run('changeMenuItemPrice', { draftId: draft.id, menuItemId: id, country: 'DE', amount: 990 });
    const soon = new Date(now.getTime() + 3_600_000);
    const publish = { draftId: draft.id, expectedVersion: 2, at: soon.toISOString() };
    expect(await run('publishMenuDraft', publish)).toMatchObject({ draft: { state: 'SCHEDULED' } });
    await publishDueDrafts(menu.domain);
    expect(await entryAt(id)).toBeNull();
    now = soon;
    await Promise.all([publishDueDrafts(menu.domain), publishDueDrafts(menu.domain)]);
    expect(await entryAt(id)).toMatchObject({ price: { amount: 990 } });
    expect(await eventsOf(`item:${id}`)).toEqual(['CREATED', 'PRICE']);
  });

  it('changes nothing when one of its edits cannot be made any more, and tells which and why', async () => {
    const draft = await begin('Too late');
    const { id: categoryId } = await category('Old');
    const { id } = (await newItem(categoryId)).item!;
    await run('changeMenuCategory', { draftId: draft.id, categoryId, expectedVersion: 1, name: english('New') });
    await run('changeMenuItem', { draftId: draft.id, menuItemId: id, expectedVersion: 1, taxClass: 'ALCOHOL' });
    await run('changeMenuItem', { menuItemId: id, expectedVersion: 1, name: english('Faster') });
    const refused = { edit: 1, changedFields: ['name'] };
    expect(await run('publishMenuDraft', { draftId: draft.id, expectedVersion: 3 })).toMatchObject({
      __typename: 'MenuDraftRefused',
      draft: { state: 'OPEN' },
      problem: refused,
    });
    const at = new Date(now.getTime() + 1_000).toISOString();
    await run('publishMenuDraft', { draftId: draft.id, expectedVersion: 3, at });
    now = new Date(at);
    await publishDueDrafts(menu.domain);
    const drafts = (await menu.as(admin)(`{ menuDrafts { ${draftFields} } }`)).data!['menuDrafts'];
    expect(drafts).toContainEqual(expect.objectContaining({ id: draft.id, state: 'FAILED', problem: refused }));
    const { data } = await menu.as(nobody)('{ menuCategories { id name } }');
    expect(data!['menuCategories']).toContainEqual({ id: categoryId, name: 'Old' });
    expect(await run('discardMenuDraft', { draftId: draft.id, expectedVersion: 5 })).toMatchObject({
      draft: { state: 'DISCARDED' },
    });
  });
});

it('is for admins alone', async () => {
  const manager = principalWith(['store:manage'], { roles: ['manager'], bindings: { store: berlin } });
  const input = { name: english('Mine') };
  expect((await run('createMenuCategory', input, manager)).__typename).toBe('FORBIDDEN');
  expect((await run('createMenuCategory', input, nobody)).__typename).toBe('UNAUTHENTICATED');
});

describe('the picture of an item', () => {
  const picture = async (background: string) =>
    (
      await sharp({ create: { width: 400, height: 300, channels: 3, background } })
        .jpeg()
        .toBuffer()
    ).toString('base64');
  const imagesOf = async (id: string) =>
    (
      await menu.as(nobody)('query ($id: ID!) { menuItem(id: $id) { version images { size url width bytes } } }', {
        id,
      })
    ).data!['menuItem'] as { version: number; images: { size: string; url: string; width: number; bytes: number }[] };

  it('is there in all sizes once an admin has set it, once for a key, and gone when they take it away', async () => {
    const id = item('cola');
    const { version, images: before } = await imagesOf(id);
    expect(before).toHaveLength(3);
    const input = { idempotencyKey: 'picture', menuItemId: id, expectedVersion: version, image: await picture('#123') };
    for (const _ of [1, 2])
      expect(await run('setMenuItemImage', input)).toMatchObject({ item: { version: version + 1 } });
    const { images } = await imagesOf(id);
    expect(images.map(({ size, width }) => [size, width])).toEqual([
      ['SMALL', 160],
      ['MEDIUM', 480],
      ['LARGE', 1_200],
    ]);
    const files = filesOf(menu.domain);
    for (const { url, bytes } of images) {
      expect(before.map((each) => each.url)).not.toContain(url);
      expect((await files.get(url.replace(/^.*\/images\//, '')))!.bytes).toHaveLength(bytes);
    }
    expect(await run('setMenuItemImage', { ...input, idempotencyKey: 'stale' })).toMatchObject({
      __typename: 'MenuItemChangedMeanwhile',
      changedFields: ['images'],
    });
    await run('setMenuItemImage', { menuItemId: id, expectedVersion: version + 1 });
    expect((await imagesOf(id)).images).toEqual([]);
  });

  it('is refused when it is none, and to everybody who is no admin', async () => {
    const { version } = await imagesOf(item('fries'));
    const input = { menuItemId: item('fries'), expectedVersion: version };
    for (const image of ['not base64!', Buffer.from('<svg/>').toString('base64'), 'A'.repeat(1_400_000)])
      expect(await run('setMenuItemImage', { ...input, image })).toMatchObject({ field: 'image' });
    const manager = principalWith(['store:manage'], { roles: ['manager'], bindings: { store: berlin } });
    expect(await run('setMenuItemImage', { ...input, image: await picture('#321') }, manager)).toMatchObject({
      __typename: 'FORBIDDEN',
    });
    expect((await imagesOf(item('fries'))).version).toBe(version);
  });
});
