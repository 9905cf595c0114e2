import { beforeAll, describe, expect, it } from 'vitest';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import { nobody, principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { Stores } from './context.ts';
import stores from './main.ts';

let graph: TestSubgraph<Stores>;
const now = new Date('2026-03-04T12:00:00Z');
const berlin = seedId('store', 1);
const second = seedStores[1]!.id;
const manager = principalWith(['store:manage'], { roles: ['manager'], bindings: { store: berlin } });

beforeAll(async () => {
  graph = await testSubgraph<Stores>(stores, { seed: true, clock: () => now });
});

const names = (result: { data?: Record<string, unknown> | null }) =>
  (result.data as { stores: { edges: { node: { name: string } }[] } }).stores.edges.map((edge) => edge.node.name);

describe('editing a store', () => {
  const admin = principalWith(['admin', 'store:manage']);
  type Answer = Record<string, { __typename: string; field?: string; store?: Record<string, unknown> }>;
  const edit = async (mutation: string, input: object, who = admin) => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}`;
    const store = 'store { id name version openNow acceptingOrders closedAt }';
    const changedMeanwhile = mutation === 'openStore' ? '' : `... on StoreChangedMeanwhile { changedFields ${store} }`;
    const { data, errors } = await graph.as(who)(
      `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { __typename
        ... on ${type}Success { ${store} } ${changedMeanwhile} ... on StoreInputProblem { field } } }`,
      { input },
    );
    return { answer: (data as Answer | null)?.[mutation], code: errors?.[0]?.extensions?.['code'] };
  };
  const rates = ['FOOD', 'BEVERAGE', 'ALCOHOL'].map((taxClass) => ({
    taxClass,
    service: 'TAKEAWAY',
    basisPoints: 700,
  }));
  const newStore = (key: string, over: object = {}) => ({
    idempotencyKey: key,
    name: 'Dr. Burger Altona',
    street: 'Hauptstraße 5',
    city: 'Hamburg',
    postalCode: '22765',
    country: 'DE',
    position: { latitude: 53.5525, longitude: 9.929 },
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    services: ['TAKEAWAY'],
    taxRegime: { inclusive: true, rounding: 'PER_LINE', rates },
    maxOpenOrders: 20,
    openingHours: [{ weekday: 'WEDNESDAY', intervals: [{ opens: '10:00', closes: '22:00' }] }],
    ...over,
  });
  const typesOf = async (storeId: unknown): Promise<string[]> =>
    (await graph.appended())
      .filter(({ metadata }) => metadata.aggregateId === `store:${String(storeId)}`)
      .map(({ eventType }) => eventType);
  let opened: string;

  it('opens one store for a key, which takes orders by its hours', async () => {
    const [first, again] = [await edit('openStore', newStore('altona')), await edit('openStore', newStore('altona'))];
    expect(first.answer).toMatchObject({
      __typename: 'OpenStoreSuccess',
      store: { name: 'Dr. Burger Altona', version: 1, openNow: true, acceptingOrders: true },
    });
    expect(again).toEqual(first);
    opened = first.answer!.store!['id'] as string;
    expect(await typesOf(opened)).toEqual(['StoreOpened']);
    const terms = await graph.client(StoreQueryService).getOrderingTerms({ storeId: opened, at: now.toISOString() });
    expect(terms).toMatchObject({ found: true, open: true, accepting: true, currency: 'EUR', exponent: 2 });
  });

  it.each([
    ['currency', { currency: 'USD' }],
    ['timeZone', { timeZone: 'Berlin' }],
    ['timeZone', { timeZone: '' }],
    ['services', { services: ['TAKEAWAY', 'TAKEAWAY'] }],
    ['country', { country: 'XX' }],
    ['taxRegime', { services: ['TAKEAWAY', 'KIOSK'] }],
    ['openingHours', { openingHours: [{ weekday: 'MONDAY', intervals: [{ opens: '8', closes: '9' }] }] }],
    ['country', { country: 'Germany' }],
  ])('refuses to open one with another %s than can be', async (field, over) => {
    expect((await edit('openStore', newStore(`no-${JSON.stringify(over)}`, over))).answer).toEqual({
      __typename: 'StoreInputProblem',
      field,
    });
  });

  it('opens the first two stores of a country at once in one currency only', async () => {
    const open = (currency: string) => edit('openStore', newStore(currency, { country: 'PT', currency }));
    const both = await Promise.all(['EUR', 'USD', 'GBP', 'JPY'].map(open));
    expect(both.map(({ answer }) => answer!.__typename).sort()).toEqual([
      'OpenStoreSuccess',
      'StoreInputProblem',
      'StoreInputProblem',
      'StoreInputProblem',
    ]);
  });

  it('tells a stale edit what holds now, and changes nothing', async () => {
    const boss = principalWith(['store:manage'], { roles: ['manager'], bindings: { store: opened } });
    const first = await edit(
      'changeStore',
      { idempotencyKey: 'a', storeId: opened, expectedVersion: 1, name: 'Dr. Burger Ottensen' },
      boss,
    );
    expect(first.answer).toMatchObject({ __typename: 'ChangeStoreSuccess', store: { version: 2 } });
    const stale = await edit('changeStore', {
      idempotencyKey: 'b',
      storeId: opened,
      expectedVersion: 1,
      name: 'Another',
    });
    expect(stale.answer).toMatchObject({
      __typename: 'StoreChangedMeanwhile',
      changedFields: ['name'],
      store: { name: 'Dr. Burger Ottensen', version: 2 },
    });
    const untaxed = { idempotencyKey: 'c', storeId: opened, expectedVersion: 2, services: ['DELIVERY'] };
    expect((await edit('changeStore', untaxed, boss)).answer).toMatchObject({ field: 'services' });
    expect(await typesOf(opened)).toEqual(['StoreOpened', 'StoreDetailsChanged']);
  });

  it('pauses, resumes and sets a day once for a key, and only a store that is as it was seen, if that is said', async () => {
    const { store } = (await edit('openStore', newStore('paused'))).answer!;
    const storeId = store!['id'] as string;
    const pause = { idempotencyKey: 'p', storeId, expectedVersion: 1, reason: 'No gas' };
    expect((await edit('pauseOrdering', pause)).answer).toMatchObject({
      store: { acceptingOrders: false, version: 2 },
    });
    const day = { storeId, expectedVersion: 2, date: '2026-03-05', intervals: [] };
    expect((await edit('setOpeningException', day)).answer).toMatchObject({ store: { version: 3 } });
    expect((await edit('setOpeningException', { ...day, expectedVersion: 3 })).answer).toMatchObject({
      __typename: 'SetOpeningExceptionSuccess',
      store: { version: 3 },
    });
    expect((await edit('resumeOrdering', { idempotencyKey: 'r', storeId, expectedVersion: 1 })).answer).toMatchObject({
      __typename: 'StoreChangedMeanwhile',
      changedFields: ['acceptingOrders', 'openingExceptions', 'pauseReason'],
    });
    const resume = { idempotencyKey: 's', storeId };
    expect((await edit('resumeOrdering', resume)).answer).toMatchObject({ store: { acceptingOrders: true } });
    // A request that is sent again after a broken connection does not pause the store a second time.
    expect((await edit('pauseOrdering', pause)).answer).toMatchObject({ store: { acceptingOrders: true, version: 4 } });
    expect(await typesOf(storeId)).toEqual([
      'StoreOpened',
      'StoreOrderingChanged',
      'StoreHoursChanged',
      'StoreOrderingChanged',
    ]);
  });

  it('replaces the week, which decides at once whether it is open', async () => {
    const days = [{ weekday: 'THURSDAY', intervals: [{ opens: '10:00', closes: '22:00' }] }];
    const week = { idempotencyKey: 'week', storeId: opened, expectedVersion: 2, days };
    expect((await edit('setOpeningHours', week)).answer).toMatchObject({ store: { openNow: false, version: 3 } });
    const twice = { ...week, idempotencyKey: 'twice', expectedVersion: 3, days: [...days, ...days] };
    expect((await edit('setOpeningHours', twice)).answer).toMatchObject({ field: 'days' });
  });

  it('closes for good: no orders, in no list, and no edit any more', async () => {
    const close = { idempotencyKey: 'close', storeId: opened, expectedVersion: 3 };
    expect((await edit('closeStore', close)).answer).toMatchObject({
      __typename: 'CloseStoreSuccess',
      store: { acceptingOrders: false, closedAt: now.toISOString() },
    });
    const terms = await graph.client(StoreQueryService).getOrderingTerms({ storeId: opened, at: now.toISOString() });
    expect(terms).toMatchObject({ found: true, open: false, accepting: false });
    expect(
      names(await graph.as(nobody)('{ stores(filter: { city: "Hamburg" }) { edges { node { name } } } }')),
    ).not.toContain('Dr. Burger Ottensen');
    const late = { idempotencyKey: 'late', storeId: opened, expectedVersion: 4, name: 'Open again' };
    expect((await edit('changeStore', late)).answer).toMatchObject({ field: 'storeId' });
    expect((await typesOf(opened)).at(-1)).toBe('StoreClosed');
  });

  it('is for who manages the store; opening and closing for admins', async () => {
    const input = { idempotencyKey: 'x', storeId: second, expectedVersion: 1 };
    expect((await edit('changeStore', { ...input, name: 'Mine' }, manager)).answer).toEqual({
      __typename: 'StoreNotFound',
    });
    for (const storeId of ['not-an-id', ''])
      expect((await edit('changeStore', { ...input, storeId, services: ['KIOSK'] })).answer).toEqual({
        __typename: 'StoreNotFound',
      });
    for (const [mutation, wrong] of [
      ['closeStore', { ...input, storeId: berlin }],
      ['openStore', newStore('y')],
    ] as const)
      expect((await edit(mutation, wrong, manager)).code).toBe('FORBIDDEN');
    expect((await edit('changeStore', { ...input, name: 'Mine' }, nobody)).code).toBe('UNAUTHENTICATED');
  });

  it('takes an edit that changes nothing for no change, which would make others start again', async () => {
    const { version, ...same } = await graph.domain.db.store.findUniqueOrThrow({
      where: { id: second },
      select: { version: true, name: true, services: true, maxOpenOrders: true, timeZone: true },
    });
    const saved = await edit('changeStore', {
      idempotencyKey: 'same',
      storeId: second,
      expectedVersion: version,
      ...same,
    });
    expect(saved.answer).toMatchObject({ __typename: 'ChangeStoreSuccess', store: { version } });
    const other = { idempotencyKey: 'other', storeId: second, expectedVersion: version, ...same, maxOpenOrders: 61 };
    expect((await edit('changeStore', other)).answer).toMatchObject({ store: { version: version + 1 } });
    const stale = { ...other, idempotencyKey: 'stale', maxOpenOrders: 62 };
    expect((await edit('changeStore', stale)).answer).toMatchObject({
      __typename: 'StoreChangedMeanwhile',
      changedFields: ['maxOpenOrders'],
    });
  });
});
