import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Domain } from '#platform/domain/domain.ts';
import type { SubgraphDefinition } from '#platform/subgraph/defineSubgraph.ts';
import { nobody, principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { idOfKey } from '#schema/import/idOfKey.ts';
import delivery from '#subgraphs/delivery/src/main.ts';
import inventory from '#subgraphs/inventory/src/main.ts';
import menu from '#subgraphs/menu/src/main.ts';
import stores from '#subgraphs/stores/src/main.ts';
import { checkRows } from '#schema/import/reading/checkRows.ts';
import { exportFolder } from './exportFolder.ts';
import { importCommand } from './importCommand.ts';
import type { TransferDomain } from './importFolder.ts';
import { Teardown } from '../teardown.ts';
import { openTransferDomains } from './openDomains.ts';
import { readFolder } from '#schema/import/reading/readFolder.ts';

const example = fileURLToPath(new URL('../../../docs/example-chain', import.meta.url));
const made: string[] = [];
const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'drburger-import-'));
  made.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

const graphs: Record<string, TestSubgraph> = {};
let domains: TransferDomain[];
const berlin = idOfKey('store', 'berlin-mitte');
const item = (key: string): string => idOfKey('item', key);

beforeAll(async () => {
  const configuration = {
    PII_MASTER_KEYS: Buffer.alloc(32, 1).toString('base64'),
    PII_INDEX_KEY: Buffer.alloc(32, 2).toString('base64'),
  };
  const open = async (definition: SubgraphDefinition): Promise<TransferDomain> => {
    const graph = await testSubgraph<Domain>(definition, { configuration });
    graphs[definition.name] = graph;
    return { domain: graph.domain, transfer: definition.transfer! };
  };
  domains = await Promise.all([stores, menu, inventory, delivery].map(open));
});

/** A copy of the example with other lines in some files; undefined takes the file away. */
function folderWith(changes: Readonly<Record<string, ((text: string) => string) | string | undefined>>): string {
  const folder = temporary();
  cpSync(example, folder, { recursive: true });
  for (const [file, change] of Object.entries(changes)) {
    if (change === undefined) rmSync(join(folder, file));
    else if (typeof change === 'string') writeFileSync(join(folder, file), change);
    else writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));
  }
  return folder;
}

async function run(folder: string, dryRun = false): Promise<string[]> {
  const lines: string[] = [];
  await importCommand({ read: readFolder(folder), domains, dryRun, print: (line) => lines.push(line) });
  return lines;
}

const eventsOf = async (domain: string): Promise<string[]> =>
  (
    await graphs[domain]!.domain.pool.query<{ type: string }>('SELECT type FROM platform.event ORDER BY position')
  ).rows.map(({ type }) => type);

const count = async (): Promise<number> => (await Promise.all(Object.keys(graphs).map(eventsOf))).flat().length;

const nothing = 'everything is as the folder says: nothing was changed';
const differences = (lines: readonly string[]): string[] =>
  lines
    .filter((line) => / (new|changed) /.test(line) && !/ 0 new +0 changed/.test(line))
    .map((line) => line.split(' ')[0]!);

async function entry(key: string): Promise<{ price: number; reason: string | null } | null> {
  const { data } = await graphs['menu']!.as(nobody)(
    'query ($id: ID!, $store: ID!) { menuItem(id: $id) { entryAt(storeId: $store) { price { amount } unavailableReason } } }',
    { id: item(key), store: berlin },
  );
  const found = (
    data!['menuItem'] as { entryAt: { price: { amount: number }; unavailableReason: string | null } | null }
  ).entryAt;
  return found && { price: found.price.amount, reason: found.unavailableReason };
}

describe('chain:import', () => {
  it('says what would change, changes nothing, then does it, and the second time finds nothing to do', async () => {
    const rehearsed = await run(example, true);
    expect(rehearsed.at(-1)).toBe('this is what would change; nothing was changed');
    expect(await count()).toBe(0);
    const done = await run(example);
    expect(differences(done)).toEqual(differences(rehearsed));
    expect(await entry('cola')).toEqual({ price: 300, reason: null });
    const { data } = await graphs['stores']!.as(nobody)(
      'query ($id: ID!) { store(id: $id) { name openingHours { intervals { opens } } } }',
      {
        id: berlin,
      },
    );
    expect(data).toMatchObject({ store: { name: 'Dr. Burger Berlin Mitte' } });
    const events = await count();
    expect((await run(example)).at(-1)).toBe(nothing);
    expect(await count()).toBe(events);
  });

  it('changes the rows that changed, and tells what that means', async () => {
    const before = { stores: await eventsOf('stores'), menu: await eventsOf('menu') };
    const lines = await run(
      folderWith({
        'prices.csv': (text) => text.replace('item,cheeseburger,640', 'item,cheeseburger,690'),
        'stores.csv': (text) => text.replace('Torstraße 12', 'Torstraße 14'),
        'openingHours.csv': (text) => text.replace('hamburg-altona,MONDAY,10:00', 'hamburg-altona,MONDAY,09:00'),
        'categories.csv': (text) => text.replace('Sides', 'On the side'),
        'items.csv': (text) => `${text}shake,drinks,2,false,BEVERAGE,420,MILK,,Shake,Shake,Cold.,Kalt.\n`,
      }),
    );
    expect(differences(lines)).toEqual(['stores', 'openingHours', 'categories', 'items', 'prices']);
    expect((await eventsOf('stores')).slice(before.stores.length).sort()).toEqual([
      'StoreDetailsChanged',
      'StoreHoursChanged',
    ]);
    // The cheeseburger's price, the new shake, and the fries, whose category is called otherwise.
    expect((await eventsOf('menu')).slice(before.menu.length)).toEqual(
      Array.from({ length: 3 }, () => 'MenuItemChanged'),
    );
    expect(await entry('cheeseburger')).toEqual({ price: 690, reason: null });
  });

  it('tells open menus of what can be ordered, or no longer', async () => {
    const before = (await eventsOf('menu')).length;
    const folder = folderWith({
      'prices.csv': (text) => `${text}DE,,item,shake,390,,\n`,
      'items.csv': (text) =>
        `${text}shake,drinks,2,false,BEVERAGE,420,MILK,,Shake,Shake,Cold.,Kalt.\n`
          .replace(/^(key.*)$/m, '$1,removed')
          .replace(/^(fries.*)$/m, '$1,true'),
    });
    await run(folder);
    const told = (await eventsOf('menu')).slice(before);
    // At both stores: the shake is sold, the fries are not, and the meal cannot be made without them.
    expect(told.filter((type) => type === 'MenuItemAvailabilityChanged')).toHaveLength(6);
    expect(await entry('fries')).toBeNull();
    expect(await entry('classic-meal')).toEqual({ price: 1_090, reason: 'WITHDRAWN_BY_STAFF' });
    await run(example);
    expect(await entry('fries')).toEqual({ price: 320, reason: null });
  });

  it('takes an extra away for guests, but not from the orders that name it, and brings it back', async () => {
    const id = idOfKey('modifier', 'extra-bacon');
    const read = async () => {
      const { data } = await graphs['menu']!.as(principalWith(['admin']))(
        `query ($ids: [_Any!]!) { modifierGroups { version modifiers { id } }
          _entities(representations: $ids) { ... on Modifier { name } } }`,
        { ids: [{ __typename: 'Modifier', id }] },
      );
      const groups = data!['modifierGroups'] as { version: number; modifiers: { id: string }[] }[];
      const group = groups.find(({ version }) => version > 1) ?? groups[0]!;
      return {
        version: group.version,
        offered: groups.some(({ modifiers }) => modifiers.some((modifier) => modifier.id === id)),
        named: data!['_entities'],
      };
    };
    const named = [{ name: 'Extra bacon' }];
    expect(await read()).toEqual({ version: 1, offered: true, named });
    const without = (text: string) => text.replace(/^extra-bacon,.*\n/m, '');
    const priceless = (text: string) => text.replace(/^.*\bextra-bacon\b.*\n/gm, '');
    await run(folderWith({ 'modifiers.csv': without, 'prices.csv': priceless, 'modifierRecipes.csv': priceless }));
    expect(await read()).toEqual({ version: 2, offered: false, named });
    await run(example);
    expect(await read()).toEqual({ version: 3, offered: true, named });
  });

  it('tells what cannot be made by another recipe, and leaves stock that has moved since alone', async () => {
    const manager = principalWith(['stock:write', 'stock:read'], { roles: ['manager'], bindings: { store: berlin } });
    await graphs['inventory']!.as(manager)(
      'mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { __typename } }',
      {
        input: {
          idempotencyKey: 'count',
          storeId: berlin,
          ingredientId: idOfKey('ingredient', 'cheddar'),
          quantity: -10,
          reason: 'COUNTED',
        },
      },
    );
    const lines = await run(example);
    expect(lines.join('\n')).toMatch(/1 have another number on hand since: it was left alone/);
    const before = (await eventsOf('inventory')).length;
    await run(folderWith({ 'recipes.csv': (text) => text.replace('fries,,potatoes,150', 'fries,,potatoes,70000') }));
    expect((await eventsOf('inventory')).slice(before)).toEqual([
      'InventoryRecipeChanged',
      ...Array.from({ length: 2 }, () => 'InventoryItemMakeabilityChanged'),
    ]);
    await run(example);
  });

  it('says of each mistake where it is and what to do, and writes nothing', async () => {
    const before = await count();
    const folder = folderWith({
      'prices.csv': (text) =>
        text
          .replace('item,fries,320,,', 'item,freis,3.20,,')
          .replace(',berlin-mitte,item,cola,300', 'DE,berlin-mitte,item,cola,300'),
      'stores.csv': (text) => text.replace('Europe/Berlin', 'Berlin').replace('latitude', 'lattitude'),
      'openingHours.csv': (text) => `${text}berlin-mitte,SUNDAY,12:00,13:00\nhamburg-altona,SUNDAY,9:00,10:00\n`,
      'categories.csv': undefined,
      'categories.json': '[\n  { "key": "meals", "position": "first", "name": { "en": "Meals" } }\n]\n',
      'price.csv': 'key\n',
    });
    const lines = await run(folder);
    expect(lines).toEqual(
      expect.arrayContaining([
        'price.csv: did you mean prices?',
        'prices.csv line 5, column 5 (amount): write a whole number, in digits only',
        'stores.csv line 2, column 7 (lattitude): there is no such column: did you mean latitude? (also in line 3)',
        'stores.csv line 2 (latitude): it is missing: write a number, with a point and without thousands separators (also in line 3)',
        'openingHours.csv line 16: it has the same store, weekday, opens as line 14 (berlin-mitte, SUNDAY, 12:00): keep one',
        'openingHours.csv line 17, column 3 (opens): write HH:MM, from 00:00 to 23:59',
        'categories.json line 2, column 33 (position): write a whole number, in digits only',
      ]),
    );
    expect(lines.at(-1)).toMatch(/things are wrong: nothing was changed$/);
    const semantic = await run(
      folderWith({
        'prices.csv': (text) =>
          text
            .replace(',berlin-mitte,item,cola,300', 'DE,berlin-mitte,item,cola,300')
            .replace('item,fries,320', 'item,frise,320'),
        'stores.csv': (text) => text.replace('Europe/Berlin', 'Berlin'),
      }),
    );
    expect(semantic).toContain('prices.csv line 5, column 4 (key): there is no item frise: did you mean fries?');
    const byDomains = await run(
      folderWith({
        'prices.csv': (text) => text.replace(',berlin-mitte,item,cola,300', 'DE,berlin-mitte,item,cola,300'),
        'stores.csv': (text) => text.replace('Europe/Berlin', 'Berlin'),
      }),
    );
    expect(byDomains).toEqual(
      expect.arrayContaining([
        'stores.csv line 2, column 9 (timeZone): there is no time zone Berlin: write one such as Europe/Berlin',
        'prices.csv line 12, column 1 (country): give either country or store',
      ]),
    );
    const byCountries = await run(
      folderWith({
        'countries.csv': (text) => `${text}XX,EUR\nAT,ZZZ\n`,
        'stores.csv': (text) => text.replace('DINE_IN TAKEAWAY KIOSK', 'TAKEAWAY TAKEAWAY'),
      }),
    );
    expect(byCountries).toEqual(
      expect.arrayContaining([
        'countries.csv line 3, column 1 (country): there is no country XX: write its code of ISO 3166-1, such as DE',
        'countries.csv line 4, column 2 (currency): there is no currency ZZZ: write its code of ISO 4217, such as EUR',
        'stores.csv line 3, column 10 (services): name each service once',
      ]),
    );
    expect(await count()).toBe(before);
  });

  it('reads what a spreadsheet writes', async () => {
    const bySemicolon = (text: string): string => `\uFEFF${text.replaceAll(',', ';').replaceAll('\n', '\r\n')}`;
    expect((await run(folderWith({ 'stores.csv': bySemicolon, 'sizes.csv': bySemicolon }))).at(-2)).not.toMatch(
      /wrong/,
    );
  });

  it('refuses text that is not UTF-8, or that no database stores, and says where it is', async () => {
    const before = await count();
    const folder = folderWith({
      'categories.csv': undefined,
      'categories.json':
        '[\n  { "key": "meals", "position": 1, "name": { "en": "Me\\u0000als" } },\n' +
        '  { "key": "sides", "position": 2, "name": { "en": "Half \\ud800" } },\n  { "key": "drinks", "position": 3, "name": { "en": "Drinks" } }\n]\n',
      'items.csv': (text) => text.replace('fries,sides', 'fries,si\u0000des'),
    });
    writeFileSync(
      join(folder, 'stores.csv'),
      Buffer.from(readFileSync(join(folder, 'stores.csv'), 'utf8').replace('Torstraße', 'Torstra\u00dfe'), 'latin1'),
    );
    const lines = await run(folder);
    expect(lines).toEqual(
      expect.arrayContaining([
        'stores.csv line 2: this is not UTF-8: save the file as "CSV UTF-8"',
        'categories.json line 2, column 52 (name.en): there is a character U+0000 in it: take it out, or write the right one',
        'categories.json line 3, column 52 (name.en): there is a character U+D800 in it: take it out, or write the right one',
      ]),
    );
    expect(lines.join('\n')).toMatch(/items\.csv line \d+, column 2 \(category\): there is a character U\+0000 in it/);
    expect(await count()).toBe(before);
  });

  it('reads files, and neither folders nor devices nor what is too large', async () => {
    const folder = folderWith({ 'sizes.csv': undefined, 'recipes.csv': undefined, 'stock.csv': undefined });
    mkdirSync(join(folder, 'sizes.csv'));
    execFileSync('mkfifo', [join(folder, 'recipes.csv')]);
    symlinkSync('/dev/zero', join(folder, 'prices.json'));
    symlinkSync('nowhere.csv', join(folder, 'couriers.json'));
    writeFileSync(join(folder, 'stock.csv'), '');
    truncateSync(join(folder, 'stock.csv'), 2 ** 30);
    rmSync(join(folder, 'prices.csv'));
    rmSync(join(folder, 'couriers.csv'), { force: true });
    const lines = await run(folder);
    expect(lines).toEqual(
      expect.arrayContaining([
        'sizes.csv: this is no file: put a table in its place',
        'recipes.csv: this is no file: put a table in its place',
        'prices.json: this is no file: put a table in its place',
        'couriers.json: this is no file: put a table in its place',
        'stock.csv: it has more than 256 MB: split the import into folders',
      ]),
    );
  });

  it('writes texts that a spreadsheet would take for formulas as text, and reads them as they were', async () => {
    await run(folderWith({ 'stores.csv': (text) => text.replace('Torstraße 12', '=cmd|/c calc!A1') }));
    const exported = temporary();
    await exportFolder({ folder: exported, domains, format: 'csv', print: () => undefined });
    const text = readFileSync(join(exported, 'stores.csv'), 'utf8');
    expect(text).toContain(",'=cmd|/c calc!A1,");
    expect(text).not.toMatch(/(^|,)[=+@]/m);
    expect((await run(exported)).at(-1)).toBe(nothing);
    await run(example);
  });

  it.each(['csv', 'json'] as const)('takes as %s whatever the graph took', async (format) => {
    const edit = async (graph: string, mutation: string, input: object) => {
      const who = principalWith(['admin', 'store:manage', 'stock:write']);
      const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
      const { data, errors } = await graphs[graph]!.as(who)(
        `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`,
        { input: { idempotencyKey: randomUUID(), ...input } },
      );
      expect(errors).toBeUndefined();
      expect((data![mutation] as { __typename: string }).__typename).toMatch(/Success$|Edited$/);
    };
    const family = '👩‍👩‍👧';
    const notes = ['', '   ', ' padded ', family.repeat(40), 'a\nb', 'a\r\nb', "'=a", 'a;b,"c'];
    for (const [index, note] of notes.entries())
      await edit('stores', 'setOpeningException', {
        storeId: berlin,
        date: `2999-01-0${index + 1}`,
        intervals: [],
        note,
      });
    const { data } = await graphs['stores']!.as(nobody)('query ($id: ID!) { store(id: $id) { version } }', {
      id: berlin,
    });
    const expectedVersion = (data!['store'] as { version: number }).version;
    const details = { name: `  ${family.repeat(40)} `, street: '@home', postalCode: ' 1 ' };
    await edit('stores', 'changeStore', { storeId: berlin, expectedVersion, ...details });
    await edit('menu', 'createMenuItem', {
      ...{ kind: 'SIMPLE', categoryId: idOfKey('category', 'drinks'), taxClass: 'BEVERAGE' },
      name: [{ locale: 'EN', text: `-${format}` }],
      description: [{ locale: 'EN', text: `${family.repeat(390)}\r\nof two lines\rand three` }],
    });
    await edit('menu', 'createModifierGroup', {
      ...{ name: [{ locale: 'EN', text: 'g'.repeat(200) }], min: 0, max: 1_000 },
      modifiers: [{ name: [{ locale: 'EN', text: 'a\r\nb' }], maxQuantity: 100, allergens: [] }],
    });
    const lines = [{ ingredientId: idOfKey('ingredient', 'potatoes'), quantity: 10_000_000 }];
    for (let delivery = 0; delivery < 101 && format === 'csv'; delivery++)
      await edit('inventory', 'receiveStock', { storeId: berlin, lines });
    const folder = temporary();
    await exportFolder({ folder, domains, format, print: () => undefined });
    expect((await run(folder)).at(-1)).toBe(nothing);
  });

  it('lets nobody wait for a rehearsal: an item is sold out, and stock received, while it runs', async () => {
    const folder = folderWith({
      'prices.csv': (text) => text.replace('item,cheeseburger,', 'item,cheeseburger,1'),
      'categories.csv': (text) => text.replace('Sides', 'Along with it'),
    });
    const who = principalWith(['admin', 'store:manage', 'stock:write']);
    const lines = [{ ingredientId: idOfKey('ingredient', 'potatoes'), quantity: 1 }];
    const work: Record<string, [string, object]> = {
      menu: ['setMenuItemAvailability', { storeId: berlin, menuItemId: item('cola'), available: false }],
      inventory: ['receiveStock', { storeId: berlin, lines }],
    };
    const made: unknown[] = [];
    const watched = domains.map(({ domain, transfer }): TransferDomain => {
      const write: typeof transfer.write = async (asked, tables, run) => {
        const tallies = await transfer.write(asked, tables, run);
        const [mutation, input] = work[domain.name] ?? [];
        if (!mutation) return tallies;
        const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
        const { data } = await graphs[domain.name]!.as(who)(
          `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`,
          { input: { idempotencyKey: randomUUID(), ...input } },
        );
        made.push(data?.[mutation]);
        return tallies;
      };
      return { domain, transfer: { ...transfer, write } };
    });
    const printed: string[] = [];
    await importCommand({
      ...{ read: readFolder(folder), domains: watched, dryRun: true },
      print: (line) => printed.push(line),
    });
    expect(made).toEqual([{ __typename: 'SetMenuItemAvailabilitySuccess' }, { __typename: 'StockChangeSuccess' }]);
    expect(differences(printed)).toEqual(expect.arrayContaining(['categories', 'prices']));
  });

  it('says what to do about a place into which it cannot write', async () => {
    const file = join(folderWith({}), 'stores.csv');
    const writing = exportFolder({ folder: file, domains, format: 'csv', print: () => undefined });
    await expect(writing).rejects.toThrow(`${file} is no folder into which this can write: name another.`);
  });

  it('writes into no databases that no system serves', async () => {
    const environment = { DATA_DIR: temporary() };
    const opening = openTransferDomains({ environment, flags: {}, print: () => undefined }, new Teardown());
    await expect(opening).rejects.toThrow(/no system was ever started on .*: run "start" first/);
  });

  it('exports no row that an import would refuse, also where domains remember what is gone', async () => {
    const { pool } = graphs['inventory']!.domain;
    const gone = randomUUID();
    const size = randomUUID();
    await pool.query(
      `INSERT INTO stock (store_id, ingredient_id, on_hand, reserved, consumed, reorder_level, version, updated_at)
       SELECT $1, ingredient_id, on_hand, 0, 0, reorder_level, 1, now() FROM stock WHERE store_id = $2`,
      [gone, berlin],
    );
    await pool.query(
      `INSERT INTO size_recipe_line (menu_item_id, size_id, ingredient_id, quantity)
       SELECT menu_item_id, $1, ingredient_id, quantity FROM recipe_line WHERE menu_item_id = $2`,
      [size, item('fries')],
    );
    const folder = temporary();
    const lines: string[] = [];
    await exportFolder({ folder, domains, format: 'csv', print: (line) => lines.push(line) });
    await pool.query('DELETE FROM stock WHERE store_id = $1', [gone]);
    await pool.query('DELETE FROM size_recipe_line WHERE size_id = $1', [size]);
    expect(lines.filter((line) => line.includes('left out'))).toEqual([
      expect.stringMatching(/^recipes: \d+ rows? (is|are) left out/),
      expect.stringMatching(/^stock: \d+ rows? (is|are) left out/),
    ]);
    expect(checkRows(readFolder(folder), {}).problems).toEqual([]);
    expect((await run(folder)).at(-1)).toBe(nothing);
  });

  it.each(['csv', 'json'] as const)('finds nothing to change in what was exported as %s', async (format) => {
    const folder = temporary();
    await exportFolder({ folder, domains, format, print: () => undefined });
    expect((await run(folder)).at(-1)).toBe(nothing);
  });
});
