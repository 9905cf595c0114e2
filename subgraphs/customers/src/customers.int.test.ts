import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { CustomerQueryService } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { service } from '#platform/rpc/service.ts';
import { nobody, principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { Customers } from './context.ts';
import customers from './main.ts';

let graph: TestSubgraph<Customers>;
let now = new Date('2026-03-04T12:00:00Z');
const later = () => (now = new Date(now.getTime() + 1_000));

const key = () => randomBytes(32).toString('base64');
const customer = (subject: string): Principal => principalWith(roleScopes.customer, { subject, roles: ['customer'], channel: 'mobile' });
const admin = principalWith(roleScopes.admin, { subject: seedId('staff', 'admin'), roles: ['admin'] });
const ada = customer(seedId('customer', 1));

beforeAll(async () => {
  graph = await testSubgraph<Customers>(customers, {
    seed: true, clock: () => now,
    configuration: { PII_MASTER_KEYS: key(), PII_INDEX_KEY: key() },
    others: {
      stores: [service(StoreQueryService, { getOrderingTerms: ({ storeId }) => ({ found: seedStores.some(({ id }) => id === storeId) }) })],
    },
  });
});

/** Asserts that nothing went wrong, and gives the data. */
async function ask<T = Record<string, never>>(principal: Principal, query: string, variables?: Record<string, unknown>): Promise<T> {
  const { data, errors } = await graph.as(principal)(query, variables);
  expect(errors).toBeUndefined();
  return data as T;
}

const register = `mutation ($input: RegisterInput!) { register(input: $input) {
  __typename ... on RegisterSuccess { customer { id givenName email phone locale addresses { id } consents { purpose granted decidedAt } } }
  ... on CustomerInputInvalid { problems { field code } } } }`;

const zoe = { givenName: 'Zoë', familyName: 'Zufall', email: 'Zoe.Zufall@Example.com', phone: '+49 30 5550199', birthday: '1999-09-09' };
let people = 0;

/** A registered customer of one's own, so that tests do not stand in each other's way. */
async function somebody(): Promise<Principal> {
  const n = ++people;
  const principal = customer(seedId('test', n));
  await ask(principal, register, { input: { ...zoe, email: `somebody${n}@example.com`, idempotencyKey: 'k' } });
  return principal;
}

const home = { label: 'Home', line1: 'Geheimgasse 7', postalCode: '10115', city: 'Berlin', country: 'DE', position: { latitude: 52.5311, longitude: 13.3849 }, instructions: 'Klingel Zufall' };
const addAddress = `mutation ($input: AddAddressInput!) { addAddress(input: $input) {
  __typename ... on AddAddressSuccess { address { id isDefault current { id version line1 } } customer { addresses { id } } }
  ... on CustomerInputInvalid { problems { field code } } } }`;

async function added(principal: Principal, address: object = home, more: object = {}) {
  const { addAddress: result } = await ask<{ addAddress: { address: { id: string; isDefault: boolean; current: { id: string; version: number; line1: string } } } }>(
    principal, addAddress, { input: { idempotencyKey: randomBytes(8).toString('hex'), address, ...more } },
  );
  return result.address;
}

describe('me', () => {
  it('is the customer of the token, seeded with addresses near the demo store', async () => {
    const { me } = await ask<{ me: { addresses: { isDefault: boolean; current: { id: string; city: string } }[] } }>(ada, `{ me {
      id givenName familyName email phone birthday locale registeredAt preferences { diets avoidAllergens marketingChannel }
      addresses { isDefault current { id city position { latitude longitude } } } favouriteStores { edges { addedAt node { id } } } } }`);
    expect(me).toMatchObject({ id: seedId('customer', 1), givenName: 'Ada', email: 'ada@example.com', favouriteStores: { edges: [{ node: { id: seedId('store', 1) } }] } });
    expect(me.addresses.map(({ isDefault, current }) => [isDefault, current.id, current.city]))
      .toEqual([[true, seedId('addressVersion', '1/1'), 'Berlin'], [false, seedId('addressVersion', '1/2'), 'Berlin']]);
  });

  it.each<[string, Principal]>([
    ['nobody', nobody],
    ['a kiosk', principalWith(roleScopes.kiosk, { subject: seedId('customer', 1), roles: ['kiosk'] })],
    ['a courier with the same subject', principalWith(roleScopes.courier, { subject: seedId('customer', 1), roles: ['courier'] })],
    ['a customer who has not registered', customer(seedId('test', 'unregistered'))],
    ['a customer whose subject is no id', customer('ada')],
    ['a customer without the scope', principalWith([], { subject: seedId('customer', 1), roles: ['customer'] })],
  ])('is null for %s', async (_who, principal) => {
    expect(await ask(principal, '{ me { id givenName } }')).toEqual({ me: null });
  });
});

describe('another customer', () => {
  const entities = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer { givenName } ... on AddressVersion { line1 } } }`;
  const both = (customerId: string, versionId: string) => ({ of: [{ __typename: 'Customer', id: customerId }, { __typename: 'AddressVersion', id: versionId }] });
  const adas = both(seedId('customer', 1), seedId('addressVersion', '1/1'));

  it('is the same as none, whoever asks', async () => {
    const missing = await ask(ada, entities, both(seedId('customer', 999), seedId('addressVersion', '999/1')));
    expect(missing).toEqual({ _entities: [null, null] });
    const manager = principalWith(roleScopes.manager, { roles: ['manager'], bindings: { store: seedId('store', 1) } });
    for (const principal of [customer(seedId('customer', 2)), manager, nobody]) expect(await ask(principal, entities, adas)).toEqual(missing);
  });

  it('is seen by themselves and by admins, who also find them by e-mail', async () => {
    const expected = { _entities: [{ givenName: 'Ada' }, { line1: expect.any(String) as string }] };
    expect(await ask(ada, entities, adas)).toEqual(expected);
    expect(await ask(admin, entities, adas)).toEqual(expected);
    expect(await ask(admin, `{ customerByEmail(email: " ADA@example.COM") { id } none: customerByEmail(email: "nobody@example.com") { id } }`))
      .toEqual({ customerByEmail: { id: seedId('customer', 1) }, none: null });
    expect((await graph.as(ada)(`{ customerByEmail(email: "ada@example.com") { id } }`)).errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });

  it("keeps their addresses: changing or removing one answers as for one that does not exist", async () => {
    const eve = await somebody();
    const change = (addressId: string) => ask(eve, `mutation ($input: ChangeAddressInput!) { changeAddress(input: $input) { __typename } }`,
      { input: { idempotencyKey: addressId, addressId, address: home } });
    const remove = (addressId: string) => ask(eve, `mutation ($id: ID!) { removeAddress(addressId: $id) { __typename } }`, { id: addressId });
    for (const addressId of [seedId('address', '1/1'), seedId('address', 'none'), 'nonsense']) {
      expect(await change(addressId)).toEqual({ changeAddress: { __typename: 'CustomerAddressNotFound' } });
      expect(await remove(addressId)).toEqual({ removeAddress: { __typename: 'CustomerAddressNotFound' } });
    }
  });
});

describe('a list of customers', () => {
  it('costs as many statements for 50 as for 5', async () => {
    const load = async (count: number) => {
      const result = await ask<{ _entities: object[] }>(admin, `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer {
        givenName addresses { current { line1 } } consents { granted } consentHistory(first: 2) { edges { node { purpose } } }
        favouriteStores(first: 2) { edges { node { id } } } } } }`,
      { of: Array.from({ length: count }, (_, index) => ({ __typename: 'Customer', id: seedId('customer', index + 1) })) });
      expect(result._entities.filter((each) => 'givenName' in each)).toHaveLength(count);
    };
    const five = await graph.statementsOf(() => load(5));
    expect(five).toBeGreaterThan(0);
    expect(await graph.statementsOf(() => load(50))).toBe(five);
  });
});

describe('register', () => {
  it('makes a profile once, and answers the same key the same way', async () => {
    const principal = customer(seedId('test', 'zoe'));
    const input = { ...zoe, idempotencyKey: 'first' };
    const first = await ask(principal, register, { input });
    expect(first).toMatchObject({ register: { __typename: 'RegisterSuccess', customer: { id: principal.subject, email: zoe.email, phone: '+49305550199', locale: 'EN' } } });
    expect(await ask(principal, register, { input })).toEqual(first);
    const { errors } = await graph.as(principal)(register, { input: { ...input, givenName: 'Other' } });
    expect(errors?.[0]?.extensions?.['code']).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await ask(principal, register, { input: { ...input, idempotencyKey: 'second' } })).toEqual({ register: { __typename: 'CustomerAlreadyRegistered' } });
    expect(await ask(customer(seedId('test', 'thief')), register, { input: { ...input, email: 'zoe.zufall@example.com' } })).toEqual({ register: { __typename: 'CustomerEmailTaken' } });
  });

  it('gives an address to one of two who take it at once', async () => {
    const results = await Promise.all([1, 2].map((n) => ask<{ register: { __typename: string } }>(
      customer(seedId('test', `race ${n}`)), register, { input: { ...zoe, email: 'race@example.com', idempotencyKey: 'k' } })));
    expect(results.map((each) => each.register.__typename).sort()).toEqual(['CustomerEmailTaken', 'RegisterSuccess']);
  });

  it('names all that is wrong', async () => {
    const input = { ...zoe, givenName: ' ', email: 'zoe', phone: '12', birthday: '2999-01-01', idempotencyKey: 'wrong' };
    expect(await ask(customer(seedId('test', 'wrong')), register, { input })).toEqual({ register: { __typename: 'CustomerInputInvalid', problems: [
      { field: 'givenName', code: 'REQUIRED' }, { field: 'email', code: 'MALFORMED' }, { field: 'phone', code: 'MALFORMED' }, { field: 'birthday', code: 'OUT_OF_RANGE' },
    ] } });
  });

  it('is for customers only', async () => {
    const input = { ...zoe, idempotencyKey: 'k' };
    expect(await ask(admin, register, { input })).toEqual({ register: { __typename: 'CustomerNotAllowed' } });
    expect((await graph.as(nobody)(register, { input })).errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
  });
});

describe('updateProfile', () => {
  const update = `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) {
    __typename ... on UpdateProfileSuccess { customer { givenName phone locale } } ... on CustomerInputInvalid { problems { field code } } } }`;

  it('changes what is given, and tells the names of the fields once', async () => {
    const principal = await somebody();
    const input = { phone: null, locale: 'DE' };
    const changed = { updateProfile: { __typename: 'UpdateProfileSuccess', customer: { givenName: 'Zoë', phone: null, locale: 'DE' } } };
    expect(await ask(principal, update, { input })).toEqual(changed);
    expect(await ask(principal, update, { input })).toEqual(changed);
    const told = (await graph.appended()).filter(({ eventType, metadata }) => eventType === 'CustomerProfileChanged' && metadata.aggregateId === `customer:${principal.subject}`);
    expect(told.map(({ data }) => data)).toEqual([{ customerId: principal.subject, fields: ['phone', 'locale'], at: now.toISOString() }]);
  });

  it("refuses another's e-mail address, and to clear a name", async () => {
    const principal = await somebody();
    expect(await ask(principal, update, { input: { email: 'ADA@example.com' } })).toEqual({ updateProfile: { __typename: 'CustomerEmailTaken' } });
    expect(await ask(principal, update, { input: { givenName: null } }))
      .toEqual({ updateProfile: { __typename: 'CustomerInputInvalid', problems: [{ field: 'givenName', code: 'REQUIRED' }] } });
    expect(await ask(customer(seedId('test', 'unregistered')), update, { input: {} })).toEqual({ updateProfile: { __typename: 'CustomerNotRegistered' } });
  });
});

describe('addresses', () => {
  const change = `mutation ($input: ChangeAddressInput!) { changeAddress(input: $input) { __typename ... on ChangeAddressSuccess { address { id isDefault current { id version line1 } } } } }`;

  it('get a new version when changed, and the old one stays as it was', async () => {
    const principal = await somebody();
    const address = await added(principal);
    expect(address).toMatchObject({ isDefault: true, current: { version: 1, line1: 'Geheimgasse 7' } });
    const input = { idempotencyKey: 'move', addressId: address.id, address: { ...home, line1: 'Neuweg 1' } };
    const { changeAddress: moved } = await ask<{ changeAddress: { address: { current: { id: string } } } }>(principal, change, { input });
    expect(moved.address).toMatchObject({ id: address.id, current: { version: 2, line1: 'Neuweg 1' } });
    const { _entities: versions } = await ask<{ _entities: object[] }>(principal, `query ($of: [_Any!]!) { _entities(representations: $of) { ... on AddressVersion { line1 version } } }`,
      { of: [address.current.id, moved.address.current.id].map((id) => ({ __typename: 'AddressVersion', id })) });
    expect(versions).toEqual([{ line1: 'Geheimgasse 7', version: 1 }, { line1: 'Neuweg 1', version: 2 }]);
    const same = await ask(principal, change, { input: { ...input, idempotencyKey: 'again' } });
    expect(same).toMatchObject({ changeAddress: { address: { current: { id: moved.address.current.id, version: 2 } } } });
    const told = (await graph.appended()).filter(({ eventType, metadata }) => eventType === 'CustomerAddressVersioned' && metadata.aggregateId === `customer:${principal.subject}`);
    expect(told).toHaveLength(2);
  });

  it('are added once per key, and up to a limit', async () => {
    const principal = await somebody();
    const input = { idempotencyKey: 'once', address: home };
    const first = await ask(principal, addAddress, { input });
    expect(await ask(principal, addAddress, { input })).toEqual(first);
    for (let n = 2; n <= 20; n++) await added(principal);
    expect(await ask(principal, addAddress, { input: { idempotencyKey: 'too many', address: home } })).toEqual({ addAddress: { __typename: 'CustomerAddressLimitReached' } });
    expect(await ask(principal, addAddress, { input: { idempotencyKey: 'wrong', address: { ...home, country: 'XX', position: { latitude: 91, longitude: 0 } } } }))
      .toEqual({ addAddress: { __typename: 'CustomerInputInvalid', problems: [{ field: 'address.country', code: 'MALFORMED' }, { field: 'address.position.latitude', code: 'OUT_OF_RANGE' }] } });
  });

  it('leave the list when removed, and hand on being the default', async () => {
    const principal = await somebody();
    const first = await added(principal);
    later();
    const second = await added(principal, home, { makeDefault: true });
    const list = async () => (await ask<{ me: { addresses: { id: string; isDefault: boolean }[] } }>(principal, '{ me { addresses { id isDefault } } }')).me.addresses;
    expect(await list()).toEqual([{ id: second.id, isDefault: true }, { id: first.id, isDefault: false }]);
    const remove = `mutation ($id: ID!) { removeAddress(addressId: $id) { __typename ... on RemoveAddressSuccess { customer { addresses { id isDefault } } } } }`;
    const removed = { removeAddress: { __typename: 'RemoveAddressSuccess', customer: { addresses: [{ id: first.id, isDefault: true }] } } };
    expect(await ask(principal, remove, { id: second.id })).toEqual(removed);
    expect(await ask(principal, remove, { id: second.id })).toEqual(removed);
  });

  it('are told to other domains, to the owner’s name only', async () => {
    const principal = await somebody();
    const { current } = await added(principal);
    const query = graph.client(CustomerQueryService);
    const mine = { customerId: principal.subject, addressVersionId: current.id };
    expect(await query.getAddressVersion(mine)).toMatchObject({ found: true, ...home.position, country: 'DE' });
    const others = [{ ...mine, customerId: seedId('customer', 1) }, { ...mine, addressVersionId: seedId('addressVersion', 'none') }, { customerId: '', addressVersionId: 'x' }];
    for (const other of others) expect(await query.getAddressVersion(other)).toMatchObject({ found: false, latitude: 0, country: '' });
    const { doorsteps } = await query.getDoorsteps({ addresses: [...others, mine] });
    expect(doorsteps.map(({ found, givenName, line1, phone }) => ({ found, givenName, line1, phone }))).toEqual([
      ...others.map(() => ({ found: false, givenName: '', line1: '', phone: '' })),
      { found: true, givenName: 'Zoë', line1: 'Geheimgasse 7', phone: '+49305550199' },
    ]);
  });
});

describe('preferences and consent', () => {
  it('keeps preferences', async () => {
    const principal = await somebody();
    const input = { diets: ['VEGAN', 'VEGAN'], avoidAllergens: ['SESAME', 'NUTS'], marketingChannel: 'PUSH' };
    expect(await ask(principal, `mutation ($input: PreferencesInput!) { setPreferences(input: $input) { ... on SetPreferencesSuccess { customer { preferences { diets avoidAllergens marketingChannel } } } } }`, { input }))
      .toEqual({ setPreferences: { customer: { preferences: { ...input, diets: ['VEGAN'] } } } });
  });

  it('keeps every answer, and tells each once', async () => {
    const principal = await somebody();
    const set = (granted: boolean) => ask(principal, `mutation ($granted: Boolean!) { setConsent(input: { purpose: MARKETING, granted: $granted }) { __typename } }`, { granted });
    for (const granted of [true, true, false, true]) {
      later();
      expect(await set(granted)).toEqual({ setConsent: { __typename: 'SetConsentSuccess' } });
    }
    const page = `query ($after: String) { me { consents { purpose granted decidedAt } consentHistory(first: 2, after: $after) { edges { node { granted channel } } pageInfo { hasNextPage endCursor } } } }`;
    const { me } = await ask<{ me: { consents: object[]; consentHistory: { pageInfo: { endCursor: string } } } }>(principal, page);
    expect(me.consents).toContainEqual({ purpose: 'MARKETING', granted: true, decidedAt: now.toISOString() });
    expect(me.consents).toContainEqual({ purpose: 'PERSONALISATION', granted: false, decidedAt: null });
    expect(me.consentHistory).toMatchObject({ edges: [{ node: { granted: true, channel: 'mobile' } }, { node: { granted: false } }], pageInfo: { hasNextPage: true } });
    const rest = await ask(principal, page, { after: me.consentHistory.pageInfo.endCursor });
    expect(rest).toMatchObject({ me: { consentHistory: { edges: [{ node: { granted: true } }], pageInfo: { hasNextPage: false } } } });
    const told = (await graph.appended()).filter(({ eventType, metadata }) => eventType === 'CustomerConsentChanged' && metadata.aggregateId === `customer:${principal.subject}`);
    expect(told.map(({ data }) => (data as { granted: boolean }).granted)).toEqual([true, false, true]);
  });

  it('refuses a cursor of another list', async () => {
    const after = Buffer.from(JSON.stringify(["'; --", 1])).toString('base64url');
    const { errors } = await graph.as(ada)(`query ($after: String) { me { consentHistory(after: $after) { edges { cursor } } } }`, { after });
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });
});

describe('favourite stores', () => {
  const add = `mutation ($id: ID!) { addFavouriteStore(storeId: $id) { __typename ... on AddFavouriteStoreSuccess { customer { favouriteStores { edges { node { id } } } } } } }`;
  const remove = `mutation ($id: ID!) { removeFavouriteStore(storeId: $id) { ... on RemoveFavouriteStoreSuccess { customer { favouriteStores { edges { node { id } } } } } } }`;

  it('are remembered once each, the latest first, and forgotten', async () => {
    const principal = await somebody();
    const [first, second] = [seedStores[3]!.id, seedStores[4]!.id];
    for (const id of [first, second, first]) { later(); await ask(principal, add, { id }); }
    expect(await ask(principal, '{ me { favouriteStores { edges { node { id } } } } }')).toEqual({ me: { favouriteStores: { edges: [{ node: { id: second } }, { node: { id: first } }] } } });
    const left = { removeFavouriteStore: { customer: { favouriteStores: { edges: [{ node: { id: first } }] } } } };
    expect(await ask(principal, remove, { id: second })).toEqual(left);
    expect(await ask(principal, remove, { id: second })).toEqual(left);
  });

  it.each([seedId('store', 9_999), 'nonsense'])('must be stores: %s', async (id) => {
    expect(await ask(ada, add, { id })).toEqual({ addFavouriteStore: { __typename: 'CustomerStoreNotFound' } });
  });
});

describe('personal data', () => {
  /** Everything the database holds, as text; bytes in clear and in hex. */
  async function everything(): Promise<string> {
    const { rows: tables } = await graph.domain.pool.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_schema IN ('public', 'platform') AND table_type = 'BASE TABLE'`);
    const texts = await Promise.all(tables.map(async ({ name }) => {
      const { rows } = await graph.domain.pool.query<Record<string, unknown>>(`SELECT * FROM ${name}`);
      return rows.map((row) => Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value))).join('|')).join('\n');
    }));
    return texts.join('\n');
  }

  it('stands nowhere in clear: not in rows, events, outbox or idempotency keys', async () => {
    const principal = await somebody();
    await added(principal);
    const all = await everything();
    expect(all).toContain(principal.subject);
    for (const value of ['Zufall', 'somebody', 'example.com', '5550199', '1999-09-09', 'Geheimgasse', '10115', '52.5311', 'Klingel', 'Beispiel', 'VEGAN', 'SESAME']) {
      expect(all.includes(value), value).toBe(false);
    }
  });

  it('is gone once erased, for everybody and for ever', async () => {
    const principal = await somebody();
    const { current } = await added(principal);
    const erase = `mutation ($confirm: Boolean!) { eraseMe(confirm: $confirm) { __typename } }`;
    expect(await ask(principal, erase, { confirm: false })).toEqual({ eraseMe: { __typename: 'CustomerErasureNotConfirmed' } });
    expect(await ask(principal, erase, { confirm: true })).toEqual({ eraseMe: { __typename: 'EraseMeSuccess' } });
    expect(await ask(principal, '{ me { id } }')).toEqual({ me: null });
    expect(await ask(admin, `query ($id: ID!) { customer(id: $id) { id } }`, { id: principal.subject })).toEqual({ customer: null });
    expect(await ask(admin, `query ($of: [_Any!]!) { _entities(representations: $of) { ... on AddressVersion { id } } }`, { of: [{ __typename: 'AddressVersion', id: current.id }] }))
      .toEqual({ _entities: [null] });
    const position = await graph.client(CustomerQueryService).getAddressVersion({ customerId: principal.subject, addressVersionId: current.id });
    expect(position.found).toBe(false);
    expect(await ask(principal, erase, { confirm: true })).toEqual({ eraseMe: { __typename: 'CustomerNotRegistered' } });
    expect(await ask(principal, register, { input: { ...zoe, email: 'again@example.com', idempotencyKey: 'again' } })).toEqual({ register: { __typename: 'CustomerAlreadyRegistered' } });
    const own = (await graph.appended()).filter(({ metadata }) => metadata.aggregateId === `customer:${principal.subject}`);
    expect(own.map(({ eventType }) => eventType)).toEqual(['CustomerRegistered', 'CustomerAddressVersioned', 'CustomerErased']);
  });

  it('does not start without its keys', async () => {
    await expect(testSubgraph(customers, { configuration: {} })).rejects.toThrow('PII_MASTER_KEYS');
  });
});
