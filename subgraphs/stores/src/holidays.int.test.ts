import { beforeAll, describe, expect, it } from 'vitest';
import { nobody, principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Stores } from './context.ts';
import stores from './main.ts';

const berlin = seedId('store', 1);
const manager = principalWith(['store:manage'], { roles: ['manager'], bindings: { store: berlin } });
const admin = principalWith(['admin']);

describe('what a store does on public holidays', () => {
  let graph: TestSubgraph<Stores>;
  let now = new Date('2026-12-20T12:00:00Z');
  let version = 1;
  let keys = 0;

  beforeAll(async () => {
    graph = await testSubgraph<Stores>(stores, { seed: true, clock: () => now });
  });

  interface Result {
    readonly __typename: string;
    readonly field?: string;
    readonly store?: { readonly version: number };
  }
  const edit = async (mutation: string, input: object, who = manager): Promise<Result> => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}`;
    const { data, errors } = await graph.as(who)(
      `mutation ($input: ${type}Input!) { result: ${mutation}(input: $input) { __typename
        ... on ${type}Success { store { version } } ... on StoreInputProblem { field } } }`,
      { input: { storeId: berlin, expectedVersion: version, idempotencyKey: `k${(keys += 1)}`, ...input } },
    );
    expect(errors).toBeUndefined();
    const result = data!['result'] as Result;
    version = result.store?.version ?? version;
    return result;
  };
  const plan = (holiday: string, what: string, intervals: object[] = []) =>
    edit('setHolidayHours', { holiday, plan: what, intervals });
  const read = async () => {
    const { data } = await graph.as(manager)(
      `query ($id: ID!) { store(id: $id) { openNow holidayRegion holidayRegions { code }
        publicHolidays { holiday date name(locale: DE) plan overruled intervals { opens closes } }
        openingExceptions { date note intervals { opens closes } } } }`,
      { id: berlin },
    );
    return data!['store'] as {
      openNow: boolean;
      holidayRegion: string | null;
      holidayRegions: { code: string }[];
      publicHolidays: { holiday: string; date: string; name: string; plan: string; overruled: boolean }[];
      openingExceptions: { date: string; note: string | null; intervals: object[] }[];
    };
  };
  const at = async (instant: string) => {
    const before = now;
    now = new Date(instant);
    const { openNow } = await read();
    now = before;
    return openNow;
  };
  const noonAtChristmas = '2026-12-25T12:00:00Z';

  it('opens as usual unless it is told otherwise', async () => {
    const { publicHolidays, openingExceptions } = await read();
    expect(publicHolidays[0]).toMatchObject({
      holiday: 'Christmas Day',
      date: '2026-12-25',
      name: '1. Weihnachtstag',
      plan: 'AS_USUAL',
      overruled: false,
    });
    expect(openingExceptions).toEqual([]);
    expect(await at(noonAtChristmas)).toBe(true);
  });

  it('closes on a holiday, this year and the next, and tells guests why', async () => {
    expect(await plan('Christmas Day', 'CLOSED')).toMatchObject({ __typename: 'SetHolidayHoursSuccess' });
    expect(await at(noonAtChristmas)).toBe(false);
    expect(await at('2027-12-25T12:00:00Z')).toBe(false);
    expect(await at('2026-12-26T12:00:00Z')).toBe(true);
    expect((await read()).openingExceptions).toEqual([{ date: '2026-12-25', note: '1. Weihnachtstag', intervals: [] }]);
  });

  it('opens at hours of its own, and yields to what is said of the very day', async () => {
    const hours = [{ opens: '17:00', closes: '21:00' }];
    await plan('Boxing Day', 'OWN_HOURS', hours);
    expect(await at('2026-12-26T12:00:00Z')).toBe(false);
    expect(await at('2026-12-26T17:00:00Z')).toBe(true);
    await edit('setOpeningException', { date: '2026-12-26', intervals: [], note: 'Water pipe' });
    expect(await at('2026-12-26T17:00:00Z')).toBe(false);
    const { publicHolidays, openingExceptions } = await read();
    expect(publicHolidays[1]).toMatchObject({ plan: 'OWN_HOURS', overruled: true, intervals: hours });
    expect(openingExceptions[1]).toMatchObject({ date: '2026-12-26', note: 'Water pipe' });
  });

  it('opens as usual again once the choice is taken back', async () => {
    await plan('Christmas Day', 'AS_USUAL');
    expect(await at(noonAtChristmas)).toBe(true);
  });

  it('knows the holidays of the region, too', async () => {
    const named = async () => (await read()).publicHolidays.map(({ holiday }) => holiday);
    expect(await named()).not.toContain('Epiphany');
    expect((await read()).holidayRegions).toContainEqual({ code: 'BY' });
    expect(await edit('changeStore', { holidayRegion: 'XX' })).toMatchObject({ field: 'holidayRegion' });
    await edit('changeStore', { holidayRegion: 'BY' });
    expect(await named()).toContain('Epiphany');
    await edit('changeStore', { holidayRegion: '' });
    expect((await read()).holidayRegion).toBeNull();
  });

  it.each([
    ['Burger Day', 'CLOSED', [], 'holiday'],
    ['Christmas Day', 'OWN_HOURS', [], 'intervals'],
    ['Christmas Day', 'CLOSED', [{ opens: '10:00', closes: '12:00' }], 'intervals'],
    ['Christmas Day', 'OWN_HOURS', [{ opens: '10', closes: '12:00' }], 'intervals'],
  ])('refuses %s, %s, %j', async (holiday, what, intervals, field) => {
    expect(await plan(holiday, what, intervals)).toEqual({ __typename: 'StoreInputProblem', field });
  });

  it('is nobody else’s to see or to say', async () => {
    const query = 'query ($id: ID!) { store(id: $id) { publicHolidays { date } } }';
    expect((await graph.as(nobody)(query, { id: berlin })).errors).toBeDefined();
    const elsewhere = { storeId: seedId('store', 2), holiday: 'Christmas Day', plan: 'CLOSED' };
    expect(await edit('setHolidayHours', elsewhere)).toEqual({ __typename: 'StoreNotFound' });
  });

  it('changes taxes for admins only, and only to whole ones', async () => {
    const { data } = await graph.as(nobody)(
      'query ($id: ID!) { store(id: $id) { taxRegime { inclusive rounding rates { taxClass service basisPoints } } } }',
      { id: berlin },
    );
    const { taxRegime } = data!['store'] as { taxRegime: { rates: { basisPoints: number }[] } };
    const raised = { ...taxRegime, rates: taxRegime.rates.map((rate) => ({ ...rate, basisPoints: 1_900 })) };
    expect(await edit('changeStore', { taxRegime: raised })).toMatchObject({ field: 'taxRegime' });
    expect(await edit('changeStore', { taxRegime: { ...raised, rates: [] } }, admin)).toMatchObject({
      field: 'taxRegime',
    });
    expect(await edit('changeStore', { taxRegime: raised }, admin)).toMatchObject({ __typename: 'ChangeStoreSuccess' });
  });
});
