import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { principalWith } from '#platform/testkit/testSubgraph.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { demoStore, startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';
import { inputSites, schemaOf, type Known, type Site } from './inputSites.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await startTestSystem({ profile: 'development', channels: [] });
});

const written = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const texts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udfffb',
  '%',
  "'; --",
  'x'.repeat(20_000),
  '🍔'.repeat(5_000),
  '\u202e',
  '__proto__',
  '{}',
  'not-an-id',
  '00000000-0000-0000-0000-000000000000',
  demoStore.toUpperCase(),
  `${demoStore} `,
  `{${demoStore}}`,
  demoStore,
  '0000-00-00',
  '2026-02-30',
  '0000-01-01',
  '99999-01-01',
  '+275760-09-13',
  '-000001-01-01',
  '9999-12-31',
  '0001-01-01',
  '2026-1-1',
  '24:00',
  '12:60',
  '-1:00',
  'Mars/Phobos',
  'XXX',
  'infinity',
  written(['Dr. Burger', 'b']),
];
/** Only fields that take a cursor decode these; everywhere else such a text is tried once, among the `texts`. */
const cursors = [
  [],
  [1, 2],
  null,
  {},
  'x',
  ['2026-13-45T00:00:00Z', demoStore],
  [null, null],
  [1e300],
  ['e', 1, 1e308],
  ['e', -5, 2 ** 53],
  ['e', 2 ** 40, 0],
].map(written);
const takesCursor = ({ name }: Site): boolean => /[(.](after|before|since|cursor)\)$/.test(name);
const hostile: Readonly<Record<string, readonly unknown[]>> = {
  String: [...texts, 7, null],
  ID: [...texts, 7, -1, 2 ** 53, null],
  Int: [0, -1, 1, 100, 101, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 1.5, '1', null],
  Float: [0, -90.0001, 91, 180.1, -181, 1e308, -1e308, 5e-324, 2 ** 53, 'NaN', null],
  Boolean: [true, false, 'true', null],
  DateTime: [
    '',
    'now',
    'infinity',
    '2026-02-30T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '0000-01-01T00:00:00.000Z',
    '0001-01-01T00:00:00.000Z',
    '0001-01-01T00:00:00.000+14:00',
    '9999-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59.999-14:00',
    '10000-01-01T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
    '294277-01-01T00:00:00.000Z',
    '-000001-01-01T00:00:00.000Z',
    '2026-06-30T23:59:60Z',
    '2026-03-01T12:00:00.123456789Z',
    '2026-03-01',
    '2026-03-01T12:00:00+99:99',
    0,
    1e300,
    -1,
    null,
  ],
};

const known = (): Known => ({
  id: seedId('order', 1),
  storeId: demoStore,
  'Store.id': demoStore,
  customerId: seedId('customer', 1),
  'Customer.id': seedId('customer', 1),
  courierId: seedId('courier', 1),
  country: 'DE',
  idempotencyKey: randomUUID(),
  email: 'somebody@example.com',
  phone: '+491701234567',
  date: '2027-03-01',
  opens: '10:00',
  closes: '12:00',
  birthday: '1990-01-01',
  subject: randomUUID(),
  confirm: 'no',
  first: 5,
  after: null,
  since: null,
  latitude: 52,
  longitude: 13,
});

/** Everybody at once: what a field asks for stands in no value's way. */
const scopes = [...new Set(Object.values(roleScopes).flat())];
const all = {
  roles: ['customer', 'courier', 'kitchen', 'manager', 'kiosk'],
  bindings: { store: demoStore },
  channel: 'test',
};
const principalFor = (name: string) =>
  principalWith([...scopes, 'admin'], { ...all, subject: seedId(name === 'delivery' ? 'courier' : 'customer', 1) });

test.each(subgraphs.map(({ name }) => name))(
  'whatever stands in whichever place of %s, it is answered or refused, and nothing breaks',
  async (name) => {
    const schema = schemaOf(name);
    const { sites, unreached } = inputSites(schema, known());
    // A type that only mutations answer with takes the same arguments elsewhere.
    expect(unreached).toEqual([]);
    expect(sites.length).toBeGreaterThan(0);
    const broken = new Set<string>();
    const authorization = `Bearer ${await system.identity.mintInternalToken(principalFor(name), name)}`;
    // A few at a time: many at once would wait for each other, and for connections, until they are given up.
    const waiting = [...sites];
    const work = async (): Promise<void> => {
      for (let site = waiting.shift(); site; site = waiting.shift()) await tryAll(site);
    };
    await Promise.all([work(), work(), work()]);
    expect([...broken]).toEqual([]);

    async function tryAll(site: Site): Promise<void> {
      const values = hostile[site.type] ?? ['NO_SUCH_VALUE', null, 1];
      for (const value of takesCursor(site) ? [...values, ...cursors] : values) {
        const { query, variables } = site.request(value);
        const ask = () => system.subgraph(name).execute({ query, variables }, { authorization });
        let { errors } = await ask();
        // On a busy machine a transaction may be given up once; what is the input's fault happens again.
        if (errors?.some(({ extensions }) => extensions['code'] === 'INTERNAL_SERVER_ERROR'))
          ({ errors } = await ask());
        for (const error of errors ?? []) {
          if (error.extensions['code'] === 'INTERNAL_SERVER_ERROR')
            broken.add(`${site.name} = ${JSON.stringify(value)?.slice(0, 60)}`);
          // A document that is not valid asks nothing: then this test is wrong.
          if (
            error.extensions['code'] === 'GRAPHQL_VALIDATION_FAILED' ||
            error.extensions['code'] === 'UNAUTHENTICATED'
          )
            broken.add(`${site.name}: ${error.message}`);
        }
      }
    }
  },
  300_000,
);
