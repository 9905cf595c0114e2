import { beforeAll, describe, expect, it } from 'vitest';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import { nobody, principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { Stores } from './context.ts';
import stores from './main.ts';

let graph: TestSubgraph<Stores>;
let now = new Date('2026-03-04T12:00:00Z');
const berlin = seedId('store', 1);
const second = seedStores[1]!.id;
const manager = principalWith(['store:manage'], { roles: ['manager'], bindings: { store: berlin } });

beforeAll(async () => {
  graph = await testSubgraph<Stores>(stores, { seed: true, clock: () => now });
});

const names = (result: { data?: Record<string, unknown> | null }) =>
  (result.data as { stores: { edges: { node: { name: string } }[] } }).stores.edges.map((edge) => edge.node.name);

describe('stores', () => {
  it('returns all stores in order, each in one page only', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const result = await graph.as(nobody)(
        `query ($after: String) { stores(first: 50, after: $after) { edges { node { id name } } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      const page = (
        result.data as {
          stores: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
        }
      ).stores;
      seen.push(...page.edges.map((edge) => edge.node.id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(new Set(seen)).toEqual(new Set(seedStores.map(({ id }) => id)));
    expect(seen).toHaveLength(seedStores.length);
  });

  it.each(['%', '_erlin', 'B%n', 'Berl__', '\\', 'Berlin\\'])(
    'finds no store in %s: what one searches for is no pattern',
    async (city) => {
      const result = await graph.as(nobody)(
        `query ($city: String) { stores(filter: { city: $city }) { edges { node { name } } } }`,
        { city },
      );
      expect(result).toEqual({ data: { stores: { edges: [] } } });
    },
  );

  it('returns the stores that meet all conditions of a filter', async () => {
    const result = await graph.as(nobody)(
      `{ stores(first: 100, filter: { country: "DE", city: "ber", services: [DELIVERY, KIOSK] }) { edges { node { name } } } }`,
    );
    expect(names(result)).toContain('Dr. Burger Berlin');
    expect(names(result).every((name) => /^Dr. Burger Ber/i.test(name))).toBe(true);
  });

  it('returns the open stores only, over several pages', async () => {
    // 12:00 UTC on a Wednesday: day in Berlin, night in Tokyo.
    const open = names(
      await graph.as(nobody)(
        `{ stores(first: 100, filter: { country: "DE", orderableNow: true }) { edges { node { name } } } }`,
      ),
    );
    expect(open.length).toBeGreaterThan(40);
    now = new Date('2026-03-04T03:00:00Z');
    expect(
      names(
        await graph.as(nobody)(
          `{ stores(first: 100, filter: { country: "DE", orderableNow: true }) { edges { node { name } } } }`,
        ),
      ),
    ).toEqual(['Dr. Burger Berlin']);
    now = new Date('2026-03-04T12:00:00Z');
  });

  it.each([
    ['0', /between 1 and 100/],
    ['101', /between 1 and 100/],
  ])('refuses first: %s', async (first, message) => {
    const { errors } = await graph.as(nobody)(`{ stores(first: ${first}) { edges { cursor } } }`);
    expect(errors?.[0]?.message).toMatch(message);
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  it('refuses a malformed cursor', async () => {
    const { errors } = await graph.as(nobody)(`{ stores(after: "nonsense") { edges { cursor } } }`);
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });
});

describe('nearestStores', () => {
  it('returns the nearest stores first, with their distances', async () => {
    const { data } = await graph.as(nobody)(
      `{ nearestStores(position: { latitude: 52.52, longitude: 13.405 }, first: 3, withinMetres: 200000) { distanceMetres store { name } } }`,
    );
    const near = (data as { nearestStores: { distanceMetres: number; store: { name: string } }[] }).nearestStores;
    expect(near[0]!.store.name).toBe('Dr. Burger Berlin');
    expect(near[0]!.distanceMetres).toBeLessThan(3_000);
    expect(near.map((each) => each.distanceMetres)).toEqual(
      [...near.map((each) => each.distanceMetres)].sort((a, b) => a - b),
    );
  });

  it('finds nothing in the middle of an ocean', async () => {
    const { data } = await graph.as(nobody)(
      `{ nearestStores(position: { latitude: 0, longitude: -30 }) { distanceMetres } }`,
    );
    expect(data).toEqual({ nearestStores: [] });
  });

  it('refuses impossible positions', async () => {
    const { errors } = await graph.as(nobody)(
      `{ nearestStores(position: { latitude: 91, longitude: 0 }) { distanceMetres } }`,
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });
});

describe('a store', () => {
  it('costs as many statements in a list of 50 as in a list of 5', async () => {
    const load = (count: number) =>
      graph.as(nobody)(
        `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Store { name openNow openingExceptions { date } } } }`,
        { of: seedStores.slice(0, count).map(({ id }) => ({ __typename: 'Store', id })) },
      );
    const five = await graph.statementsOf(async () => expect((await load(5)).errors).toBeUndefined());
    const fifty = await graph.statementsOf(async () => expect((await load(50)).errors).toBeUndefined());
    expect(five).toBeGreaterThan(0);
    expect(fifty).toBe(five);
  });

  it('that does not exist is null, also for a malformed id', async () => {
    const { data, errors } = await graph.as(nobody)(
      `{ none: store(id: "${seedId('store', 9_999)}") { id } nonsense: store(id: "'; DROP TABLE store") { id } }`,
    );
    expect({ data, errors }).toEqual({ data: { none: null, nonsense: null }, errors: undefined });
  });
});

describe('the taxes of a store', () => {
  const termsOf = (n: number) =>
    graph.client(StoreQueryService).getOrderingTerms({ storeId: seedStores[n]!.id, at: now.toISOString() });
  const byCountry = (country: string) => seedStores.findIndex((store) => store.country === country);

  it('are rounded once per rate in Japan, as invoices require there, and per line elsewhere', async () => {
    expect(await termsOf(byCountry('JP'))).toMatchObject({ taxRounding: 'PER_RATE' });
    for (const country of ['DE', 'GB', 'US'])
      expect(await termsOf(byCountry(country))).toMatchObject({ taxRounding: 'PER_LINE' });
    const asked = await graph.as(nobody)(`query ($id: ID!) { store(id: $id) { taxRegime { rounding } } }`, {
      id: seedStores[byCountry('JP')]!.id,
    });
    expect(asked).toEqual({ data: { store: { taxRegime: { rounding: 'PER_RATE' } } } });
  });

  it('treat a KIOSK order like one that is eaten in the restaurant', async () => {
    for (const country of ['DE', 'GB', 'US', 'JP']) {
      const { taxRates } = await termsOf(byCountry(country));
      const rates = (service: string) =>
        taxRates.filter((rate) => rate.service === service).map(({ taxClass, basisPoints }) => [taxClass, basisPoints]);
      expect(rates('KIOSK')).toEqual(rates('DINE_IN'));
    }
    expect((await termsOf(byCountry('DE'))).taxRates).toContainEqual(
      expect.objectContaining({ taxClass: 'FOOD', service: 'TAKEAWAY', basisPoints: 700 }),
    );
  });
});

describe('pausing', () => {
  const pause = (
    storeId: string,
    reason = 'Fryer broke',
  ) => `mutation { pauseOrdering(input: { storeId: "${storeId}", reason: "${reason}" }) {
    __typename ... on PauseOrderingSuccess { store { acceptingOrders pauseReason openNow } } } }`;

  it('appends one event however often it is repeated, one more for another reason, and ends by resuming', async () => {
    expect((await graph.as(manager)(pause(berlin))).data).toEqual({
      pauseOrdering: {
        __typename: 'PauseOrderingSuccess',
        store: { acceptingOrders: false, pauseReason: 'Fryer broke', openNow: true },
      },
    });
    await graph.as(manager)(pause(berlin));
    await graph.as(manager)(pause(berlin, 'No gas'));
    const terms = await graph.client(StoreQueryService).getOrderingTerms({ storeId: berlin, at: now.toISOString() });
    expect(terms).toMatchObject({
      found: true,
      open: true,
      accepting: false,
      currency: 'EUR',
      exponent: 2,
      localDate: '2026-03-04',
    });
    const { data } = await graph.as(manager)(
      `mutation { resumeOrdering(input: { storeId: "${berlin}" }) { ... on ResumeOrderingSuccess { store { acceptingOrders pauseReason } } } }`,
    );
    expect(data).toEqual({ resumeOrdering: { store: { acceptingOrders: true, pauseReason: null } } });
    const events = (await graph.appended()).filter(({ eventType }) => eventType === 'StoreOrderingChanged');
    expect(
      events.map(({ data: fact, metadata }) => [
        (fact as { reason: string | null }).reason,
        metadata.aggregateVersion,
        metadata.actor,
      ]),
    ).toEqual([
      ['Fryer broke', 1, 'user:someone'],
      ['No gas', 2, 'user:someone'],
      [null, 3, 'user:someone'],
    ]);
  });

  it('accepts a reason of 200 characters, also of several code units each, and refuses a longer one', async () => {
    const say = async (reason: string) =>
      (
        await graph.as(manager)(
          `mutation ($input: PauseOrderingInput!) { pauseOrdering(input: $input) { __typename } }`,
          { input: { storeId: berlin, reason } },
        )
      ).data;
    expect(await say('🔥'.repeat(200))).toEqual({ pauseOrdering: { __typename: 'PauseOrderingSuccess' } });
    expect(await say('🔥'.repeat(201))).toEqual({ pauseOrdering: { __typename: 'StoreInputProblem' } });
    await graph.as(manager)(`mutation { resumeOrdering(input: { storeId: "${berlin}" }) { __typename } }`);
  });

  it('is refused for the store of somebody else, for an unknown store, and without the scope', async () => {
    expect((await graph.as(manager)(pause(second))).data).toEqual({ pauseOrdering: { __typename: 'StoreNotFound' } });
    expect((await graph.as(manager)(pause(seedId('store', 9_999)))).data).toEqual({
      pauseOrdering: { __typename: 'StoreNotFound' },
    });
    expect((await graph.as(principalWith(['catalog:read']))(pause(berlin))).errors?.[0]?.extensions?.['code']).toBe(
      'FORBIDDEN',
    );
    expect((await graph.as(nobody)(pause(berlin))).errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
    const others = await graph.as(manager)(`mutation {
      resumeOrdering(input: { storeId: "${second}" }) { __typename }
      setOpeningException(input: { storeId: "${second}", date: "2099-03-04", intervals: [] }) { __typename } }`);
    expect(others.data).toEqual({
      resumeOrdering: { __typename: 'StoreNotFound' },
      setOpeningException: { __typename: 'StoreNotFound' },
    });
  });
});

describe('an opening exception', () => {
  const set = (
    date: string,
    intervals: string,
  ) => `mutation { setOpeningException(input: { storeId: "${berlin}", date: "${date}", intervals: ${intervals}, note: "Staff party" }) {
    __typename ... on SetOpeningExceptionSuccess { store { openNow openingExceptions { date note } } } ... on StoreInputProblem { field } } }`;

  it('closes the day, and is replaced by the next exception for the same day', async () => {
    expect((await graph.as(manager)(set('2026-03-04', '[]'))).data).toEqual({
      setOpeningException: {
        __typename: 'SetOpeningExceptionSuccess',
        store: { openNow: false, openingExceptions: [{ date: '2026-03-04', note: 'Staff party' }] },
      },
    });
    const { data } = await graph.as(manager)(set('2026-03-04', '[{ opens: "00:00", closes: "00:00" }]'));
    expect(data).toMatchObject({ setOpeningException: { store: { openNow: true } } });
  });

  it('is taken back once: the usual hours hold again, and only then is it told', async () => {
    const remove = (date: string, key: string, expectedVersion?: number) => `mutation {
      removeOpeningException(input: { storeId: "${berlin}", date: "${date}", idempotencyKey: "${key}"
        ${expectedVersion === undefined ? '' : `, expectedVersion: ${expectedVersion}`} }) {
        __typename ... on RemoveOpeningExceptionSuccess { store { openNow version openingExceptions { date } } }
        ... on StoreChangedMeanwhile { changedFields } ... on StoreInputProblem { field } } }`;
    const told = async (): Promise<number> =>
      Number(
        (
          await graph.domain.pool.query<{ count: string }>('SELECT count(*) FROM platform.event WHERE type = $1', [
            'StoreHoursChanged',
          ])
        ).rows[0]!.count,
      );
    await graph.as(manager)(set('2026-03-04', '[]'));
    const before = await told();
    const { data } = await graph.as(manager)(remove('2026-03-04', 'take back'));
    expect(data).toMatchObject({
      removeOpeningException: {
        __typename: 'RemoveOpeningExceptionSuccess',
        store: { openNow: true, openingExceptions: [] },
      },
    });
    expect(await told()).toBe(before + 1);
    expect((await graph.as(manager)(remove('2026-03-04', 'take back'))).data).toEqual(data);
    expect((await graph.as(manager)(remove('2026-03-05', 'none'))).data).toMatchObject({
      removeOpeningException: { __typename: 'RemoveOpeningExceptionSuccess' },
    });
    expect(await told()).toBe(before + 1);
    expect((await graph.as(manager)(remove('2026-03-04', 'stale', 1))).data).toMatchObject({
      removeOpeningException: {
        __typename: 'StoreChangedMeanwhile',
        changedFields: expect.arrayContaining(['openingExceptions']) as string[],
      },
    });
    expect((await graph.as(manager)(remove('tomorrow', 'unread'))).data).toMatchObject({
      removeOpeningException: { __typename: 'StoreInputProblem', field: 'date' },
    });
  });

  it.each([
    ['in the past', '2026-03-03', '[]', 'date'],
    ['no day', '2026-02-30', '[]', 'date'],
    ['no time', '2026-03-05', '[{ opens: "8 am", closes: "9 am" }]', 'intervals'],
  ])('is refused: %s', async (_name, date, intervals, field) => {
    expect((await graph.as(manager)(set(date, intervals))).data).toEqual({
      setOpeningException: { __typename: 'StoreInputProblem', field },
    });
  });
});

describe('the subgraph', () => {
  it('refuses a request without a token for this subgraph', async () => {
    const other = await graph.identity.mintInternalToken(manager, 'menu');
    for (const authorization of [undefined, 'Bearer nonsense', `Bearer ${other}`]) {
      for (const query of [
        '{ __typename }',
        '{ _service { sdl } }',
        `{ _entities(representations: []) { __typename } }`,
      ]) {
        const result = await graph.running.execute({ query }, { authorization });
        expect(result.data).toBeUndefined();
        expect(result.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
      }
    }
  });
});
