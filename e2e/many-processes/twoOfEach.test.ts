import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import type { SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
import { idOfKey } from '#schema/import/idOfKey.ts';
import { tokenOf } from '../harness/startTestSystem.ts';
import { productionServices, root, type ProductionServices } from './productionServices.ts';

const patience = { timeoutMs: 60_000 };
const storeId = idOfKey('store', 'berlin-mitte');
const ingredientId = idOfKey('ingredient', 'potatoes');
const menuItemId = idOfKey('item', 'classic-burger');

const newStore = {
  ...{ street: 'Hafenweg 3', city: 'Hamburg', postalCode: '20457', country: 'DE', timeZone: 'Europe/Berlin' },
  ...{ position: { latitude: 53.54, longitude: 9.99 }, currency: 'EUR', services: ['KIOSK'], maxOpenOrders: 20 },
  taxRegime: {
    ...{ inclusive: true, rounding: 'PER_LINE' },
    rates: ['FOOD', 'BEVERAGE', 'ALCOHOL'].map((taxClass) => ({ taxClass, service: 'KIOSK', basisPoints: 700 })),
  },
  openingHours: [{ weekday: 'WEDNESDAY', intervals: [{ opens: '10:00', closes: '22:00' }] }],
};

/**
 * Two processes of each domain of the chain on the same databases, in the production profile, each pair behind a
 * channel of staff of its own.
 */
describe('a chain that is run through two processes of each domain', () => {
  let production: ProductionServices;
  let bases: number[];
  const folder = temporaryFolder('two-of-each');
  const stores: SupervisedProcess[] = [];
  const menu: SupervisedProcess[] = [];
  const inventory: SupervisedProcess[] = [];
  let token: string;
  const pools: Record<string, pg.Pool> = {};

  beforeAll(async () => {
    bases = [await freePortBlock(45), await freePortBlock(45)];
    production = await productionServices(folder);
    for (const base of bases) {
      const begun = ['stores', 'menu', 'inventory', 'delivery'].map((name) => production.serve(base, 'subgraph', name));
      stores.push(begun[0]!);
      menu.push(begun[1]!);
      inventory.push(begun[2]!);
      const staff = production.serve(base, 'channel', 'staff');
      await Promise.all([...begun, staff].map((service) => service.whenReady()));
    }
    for (const name of ['stores', 'menu', 'inventory'])
      pools[name] = testPool({ connectionString: production.addressOf(name) });
    token = await tokenOf(production.outside.key, { role: 'admin' });
  });
  afterAll(async () => {
    await Promise.all(Object.values(pools).map((pool) => pool.end()));
    await production.stop();
  });

  const ask = async <Row>(database: string, sql: string, ...values: unknown[]): Promise<Row> =>
    (await pools[database]!.query(sql, values)).rows[0] as Row;

  /** Runs a mutation that the channel has registered, through the first or the second of each. */
  async function change<Result>(side: number, mutation: string, input: object): Promise<Result> {
    const query = readFileSync(`${root}bffs/staff/operations/${mutation}.graphql`, 'utf8');
    const response = await fetch(`http://127.0.0.1:${bases[side]! + 8}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { data, errors } = (await response.json()) as { data?: { result: Result }; errors?: unknown };
    expect(errors).toBeUndefined();
    return data!.result;
  }
  const both = <Result>(mutation: string, inputs: (side: number) => object): Promise<Result[]> =>
    Promise.all([0, 1].map((side) => change<Result>(side, mutation, inputs(side))));
  const onHand = async (): Promise<number> => {
    const sql = 'SELECT on_hand FROM stock WHERE store_id = $1 AND ingredient_id = $2';
    return (await ask<{ on_hand: number }>('inventory', sql, storeId, ingredientId)).on_hand;
  };
  const toldOfItem = `SELECT count(*)::int AS n FROM platform.event
    WHERE type = 'MenuItemChanged' AND data ->> 'menuItemId' = $1`;
  const itemNow = () =>
    ask<object & { version: number }>('menu', 'SELECT kilocalories, version FROM menu_item WHERE id = $1', menuItemId);
  /** A draft with one edit, to be published. */
  async function draftOf(expectedVersion: number, kilocalories: number) {
    const key = randomUUID();
    const { draft } = await change<{ draft: { id: string } }>(1, 'createMenuDraft', { idempotencyKey: key, name: key });
    const edit = { idempotencyKey: randomUUID(), menuItemId, expectedVersion, draftId: draft.id, kilocalories };
    expect(await change<object>(1, 'changeMenuItem', edit)).toMatchObject({ __typename: 'MenuEditDrafted' });
    return { draftId: draft.id, expectedVersion: 2 };
  }

  it('is filled by the address of the server of its databases alone, once', async () => {
    const chain = join(root, 'docs/example-chain');
    const copy = join(folder, 'copy');
    const server = { ADMIN_DATABASE_URL: production.addressOf() };
    expect(await production.run('chainImport', [chain], server)).toMatch(/stores +2 new/);
    expect(await production.run('chainImport', [chain], server)).toContain('everything is as the folder says');
    expect(await production.run('chainExport', [copy], server)).toContain('rows in stores.csv');
    const told = await production.run('chainImport', [copy, '--dry-run'], server);
    expect(told).toContain('everything is as the folder says');
  });

  it('does once what is asked of both with one key', async () => {
    const before = await onHand();
    const input = { idempotencyKey: randomUUID(), storeId, lines: [{ ingredientId, quantity: 7 }] };
    const answers = await both<{ __typename: string }>('receiveStock', () => input);
    expect(answers.map(({ __typename }) => __typename)).toEqual(['StockChangeSuccess', 'StockChangeSuccess']);
    expect(await onHand()).toBe(before + 7);
  });

  it('tells the later of two edits of one version what changed', async () => {
    const sql = 'SELECT version FROM store WHERE id = $1';
    const { version } = await ask<{ version: number }>('stores', sql, storeId);
    const answers = await both<{ __typename: string; changedFields?: string[] }>('changeStore', (side) => ({
      ...{ idempotencyKey: randomUUID(), storeId, expectedVersion: version },
      maxOpenOrders: 50 + side,
    }));
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['ChangeStoreSuccess', 'StoreChangedMeanwhile']);
    expect(answers.flatMap(({ changedFields }) => changedFields ?? [])).toEqual(['maxOpenOrders']);
  });

  it('does a delivery once though a process is killed while it writes it', async () => {
    const published = () => {
      const sql = `SELECT (SELECT count(*) FROM platform.event WHERE stream = $1)::int AS events,
        (SELECT count(*) FROM platform.outbox)::int AS waiting`;
      return ask<{ events: number; waiting: number }>('inventory', sql, `stock:${storeId}:${ingredientId}`);
    };
    for (let round = 0; round < 5; round += 1) {
      const [before, { events }] = [await onHand(), await published()];
      const input = { idempotencyKey: randomUUID(), storeId, lines: [{ ingredientId, quantity: 1 }] };
      const starts = inventory[0]!.starts;
      const lost = change(0, 'receiveStock', input).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 4 * round));
      await inventory[0]!.kill('SIGKILL');
      await lost;
      expect(await change<{ __typename: string }>(1, 'receiveStock', input)).toMatchObject({
        __typename: 'StockChangeSuccess',
      });
      expect(await onHand()).toBe(before + 1);
      expect((await published()).events).toBe(events + 1);
      await until(async () => (await published()).waiting === 0, patience);
      await inventory[0]!.whenReady(starts + 1);
    }
  });

  it('lets one of two win who change an item, or publish a draft, each through a process of its own', async () => {
    const { version } = await ask<{ version: number }>(
      'menu',
      'SELECT version FROM menu_item WHERE id = $1',
      menuItemId,
    );
    const items = await both<{ __typename: string; changedFields?: string[] }>('changeMenuItem', (side) => ({
      ...{ idempotencyKey: randomUUID(), menuItemId, expectedVersion: version },
      kilocalories: 2_001 + side,
    }));
    expect(items.map(({ __typename }) => __typename).sort()).toEqual(['MenuItemChangedMeanwhile', 'MenuItemEdited']);
    expect(items.flatMap(({ changedFields }) => changedFields ?? [])).toEqual(['kilocalories']);
    const draft = await draftOf(version + 1, 2_010);
    const published = await both<{ __typename: string }>('publishMenuDraft', () => ({
      ...draft,
      idempotencyKey: randomUUID(),
    }));
    expect(published.map(({ __typename }) => __typename).sort()).toEqual(['MenuDraftNotFound', 'MenuDraftSaved']);
    const again = { ...(await draftOf(version + 2, 2_020)), idempotencyKey: randomUUID() };
    const same = await both<{ __typename: string }>('publishMenuDraft', () => again);
    expect(same.map(({ __typename }) => __typename)).toEqual(['MenuDraftSaved', 'MenuDraftSaved']);
    expect(await itemNow()).toEqual({ kilocalories: 2_020, version: version + 3 });
  });

  it('publishes a draft once though a process is killed while it publishes', async () => {
    const told = async () => (await ask<{ n: number }>('menu', toldOfItem, menuItemId)).n;
    for (let round = 0; round < 5; round += 1) {
      const [{ version }, events] = [await itemNow(), await told()];
      const input = { ...(await draftOf(version, 3_000 + round)), idempotencyKey: randomUUID() };
      const starts = menu[0]!.starts;
      const lost = change(0, 'publishMenuDraft', input).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 6 * round));
      await menu[0]!.kill('SIGKILL');
      await lost;
      expect(await change<object>(1, 'publishMenuDraft', input)).toMatchObject({ __typename: 'MenuDraftSaved' });
      expect(await itemNow()).toEqual({ kilocalories: 3_000 + round, version: version + 1 });
      expect(await told()).toBe(events + 1);
      await menu[0]!.whenReady(starts + 1);
    }
  });

  it('opens a store once though asked of both, and though a process is killed while it opens it', async () => {
    const opened = `SELECT (SELECT count(*) FROM store WHERE name = $1)::int AS stores,
      (SELECT count(*) FROM platform.event e JOIN store s ON e.data ->> 'storeId' = s.id::text
        WHERE e.type = 'StoreOpened' AND s.name = $1)::int AS told`;
    for (let round = 0; round < 4; round += 1) {
      const name = `Dr. Burger ${randomUUID()}`;
      const input = { ...newStore, idempotencyKey: name, name };
      const starts = stores[0]!.starts;
      const lost = change(0, 'openStore', input).catch(() => undefined);
      const other = change<{ store: { id: string } }>(1, 'openStore', input);
      await new Promise((resolve) => setTimeout(resolve, 6 * round));
      await stores[0]!.kill('SIGKILL');
      await lost;
      const { store } = await other;
      expect(await change<object>(1, 'openStore', input)).toMatchObject({ store: { id: store.id } });
      expect(await ask('stores', opened, name)).toEqual({ stores: 1, told: 1 });
      await stores[0]!.whenReady(starts + 1);
    }
  });

  it('goes by one clock though that of a machine is ten minutes ahead', async () => {
    await menu[1]!.stop();
    await production.serveAhead(bases[1]!, 'subgraph', 'menu').whenReady();
    const name = randomUUID();
    // Its channel, whose clock is right, is believed: by the other clock its token has expired.
    expect(await change<object>(1, 'createMenuDraft', { idempotencyKey: name, name })).toMatchObject({
      __typename: 'MenuDraftSaved',
    });
    const ahead = 'SELECT extract(epoch FROM changed_at - now())::int AS seconds FROM menu_draft WHERE name = $1';
    expect((await ask<{ seconds: number }>('menu', ahead, name)).seconds).toBeLessThanOrEqual(0);
  });
});
