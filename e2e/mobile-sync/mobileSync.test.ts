import { beforeAll, expect, test } from 'vitest';
import { SyncDocument } from '#generated/bffs/mobile/operations.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { demoStore, startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';
import { LifeGoesOn, alwaysSold, chance, type People } from './lifeGoesOn.ts';
import { Phone } from './phone.ts';

let system: TestSystem;
let people: People;
let itemIds: string[];

beforeAll(async () => {
  system = await startTestSystem({ channels: ['mobile'] });
  people = {
    customer: system.client('mobile', { role: 'customer' }),
    manager: system.client('gateway', { role: 'manager' }),
    admin: system.client('gateway', { role: 'admin' }),
  };
  const first = new Phone(people.customer);
  await first.sync(demoStore);
  itemIds = [...first.menu.keys()].filter((id) => id !== alwaysSold).sort();
});

const fresh = async (): Promise<Phone> => {
  const phone = new Phone(people.customer);
  await phone.sync(demoStore, 100);
  return phone;
};

test('a full load holds the menu, the orders and the profile', async () => {
  const phone = await fresh();
  expect(phone.menu.size).toBeGreaterThan(80);
  expect(phone.profile).toMatchObject({ id: seedId('customer', 1), givenName: 'Ada' });
  const pagewise = new Phone(people.customer);
  const { pages } = await pagewise.sync(demoStore, 7);
  expect(pages).toBeGreaterThan(10);
  expect(pagewise.contents()).toEqual(phone.contents());
});

test('when nothing changed, nothing is sent', async () => {
  const phone = await fresh();
  expect(await phone.sync(demoStore)).toEqual({ pages: 1, items: 0, orders: 0, profiles: 0 });
});

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test(`offline while 50 things change, one sync equals a full load (SEED=${seed})`, async () => {
  const random = chance(seed);
  const phone = await fresh();
  const life = new LifeGoesOn(people, demoStore, itemIds, random);
  for (let n = 0; n < 50; n += 1) await life.happen();
  const told = await phone.sync(demoStore, 1 + random(60));
  expect(phone.contents()).toEqual((await fresh()).contents());
  expect(told.items + told.orders + told.profiles).toBeGreaterThan(0);
  // A difference, not the whole.
  expect(told.items).toBeLessThan(itemIds.length);
});

test(`what changes between the pages of a sync comes with it or with the next one (SEED=${seed})`, async () => {
  const random = chance(seed + 2);
  const phone = new Phone(people.customer);
  const life = new LifeGoesOn(people, demoStore, itemIds, random);
  for (let more = true; more;) {
    more = (await phone.syncPage(demoStore, 15)).hasMore;
    await life.happen();
  }
  await phone.sync(demoStore);
  expect(phone.contents()).toEqual((await fresh()).contents());
});

test('another person on the same phone gets their own things, and keeps none of the one before', async () => {
  const phone = await fresh();
  phone.handTo(system.client('mobile', { role: 'customer', subject: seedId('customer', 2) }));
  await phone.sync(demoStore);
  expect(phone.profile?.id).toBe(seedId('customer', 2));
  expect(phone.orders.size).toBe(0);
  expect(phone.menu.size).toBeGreaterThan(80);
  phone.handTo(system.client('mobile'));
  const { items } = await phone.sync(demoStore);
  expect(phone.contents()).toMatchObject({ orders: [], profile: null });
  expect(items).toBe(0);
});

test('another store begins the menu anew, and leaves orders and profile', async () => {
  const phone = await fresh();
  const { orders, profiles } = await phone.sync(seedId('store', 60));
  expect({ orders, profiles }).toEqual({ orders: 0, profiles: 0 });
  const there = new Phone(people.customer);
  await there.sync(seedId('store', 60));
  expect(phone.contents()).toEqual(there.contents());
});

test('what cannot be read now comes later', async () => {
  const phone = await fresh();
  const before = phone.contents();
  for (const name of ['menu', 'orders', 'customers']) {
    const cut = system.cutOff(name);
    await new LifeGoesOn(people, demoStore, itemIds, chance(seed + 3)).changeAvailability().catch(() => undefined);
    await phone.syncPage(demoStore).catch(() => undefined);
    expect(phone.menu.size).toBeGreaterThanOrEqual(before.menu.length - 1);
    expect(phone.orders.size).toBeGreaterThanOrEqual(before.orders.length);
    expect(phone.profile).not.toBeNull();
    cut.back();
  }
  await phone.sync(demoStore);
  expect(phone.contents()).toEqual((await fresh()).contents());
});

test('a device that nobody is signed in on is told to forget, whatever it says it holds', async () => {
  for (const since of [null, 'nonsense']) {
    const { sync } = await system.client('mobile').ask(SyncDocument, { storeId: demoStore, since, first: 1 });
    expect(sync).toMatchObject({
      customerId: null,
      profile: { gone: true, changed: null },
      orders: { reset: true, changed: [] },
    });
  }
  expect((await people.customer.ask(SyncDocument, { storeId: demoStore, since: null, first: 1 })).sync.customerId).toBe(
    seedId('customer', 1),
  );
});

test('a menu whose place in the cursor cannot be read begins anew', async () => {
  const phone = await fresh();
  const cursor = JSON.parse(Buffer.from(phone.cursor!, 'base64url').toString()) as object;
  const since = Buffer.from(JSON.stringify({ ...cursor, m: 'garbage' })).toString('base64url');
  const { sync } = await people.customer.ask(SyncDocument, { storeId: demoStore, since, first: 1 });
  expect(sync).toMatchObject({ menu: { reset: true }, hasMore: true, orders: { reset: false }, profile: null });
});

test('a cursor that cannot be read is as good as none', async () => {
  const { sync } = await people.customer.ask(SyncDocument, { storeId: demoStore, since: 'nonsense', first: 100 });
  expect([sync.menu?.reset, sync.orders?.reset, sync.profile?.changed?.id]).toEqual([
    true,
    true,
    seedId('customer', 1),
  ]);
});
