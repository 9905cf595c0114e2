import { describe, expect, it } from 'vitest';
import { nobody } from '#platform/testkit/testSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import {
  ada,
  admin,
  ask,
  customer,
  graph,
  later,
  now,
  register,
  somebody,
  startCustomers,
  zoe,
} from './testing/customersGraph.ts';

startCustomers();

describe('register', () => {
  it('creates one profile, and gives the same answer for the same idempotency key', async () => {
    const principal = customer(seedId('test', 'zoe'));
    const input = { ...zoe, idempotencyKey: 'first' };
    const first = await ask(principal, register, { input });
    expect(first).toMatchObject({
      register: {
        __typename: 'RegisterSuccess',
        customer: { id: principal.subject, email: zoe.email, phone: '+49305550199', locale: 'EN' },
      },
    });
    expect(await ask(principal, register, { input })).toEqual(first);
    const { errors } = await graph.as(principal)(register, { input: { ...input, givenName: 'Other' } });
    expect(errors?.[0]?.extensions?.['code']).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await ask(principal, register, { input: { ...input, idempotencyKey: 'second' } })).toEqual({
      register: { __typename: 'CustomerAlreadyRegistered' },
    });
  });

  const holder = (email: string) =>
    ask<{ customerByEmail: { id: string } | null }>(
      admin,
      'query ($email: String!) { customerByEmail(email: $email) { id } }',
      { email },
    );

  it('gives the same answer by the same statements when another account has the e-mail address, which keeps it', async () => {
    const tries = [customer(seedId('test', 'thief')), customer(seedId('test', 'first of all'))];
    const statements: number[] = [];
    const answers: unknown[] = [];
    for (const [index, principal] of tries.entries()) {
      const email = index === 0 ? 'ADA@example.com' : 'nobody.yet@example.com';
      statements.push(
        await graph.statementsOf(async () => {
          answers.push(await ask(principal, register, { input: { ...zoe, email, idempotencyKey: 'e' } }));
        }),
      );
      expect(answers[index]).toMatchObject({
        register: { __typename: 'RegisterSuccess', customer: { id: principal.subject, email } },
      });
    }
    expect(statements[0]).toBe(statements[1]);
    expect(await holder('ada@example.com')).toEqual({ customerByEmail: { id: ada.subject } });
    expect(await holder('nobody.yet@example.com')).toEqual({ customerByEmail: { id: tries[1]!.subject } });
  });

  it('gives an e-mail address to one of two accounts that claim it at once, and tells neither', async () => {
    const results = await Promise.all(
      [1, 2].map((n) =>
        ask<{ register: { __typename: string } }>(customer(seedId('test', `race ${n}`)), register, {
          input: { ...zoe, email: 'race@example.com', idempotencyKey: 'k' },
        }),
      ),
    );
    expect(results.map((each) => each.register.__typename)).toEqual(['RegisterSuccess', 'RegisterSuccess']);
    expect((await holder('race@example.com')).customerByEmail).not.toBeNull();
  });

  it('names everything that is wrong with the input', async () => {
    const input = {
      ...zoe,
      givenName: ' ',
      email: 'zoe',
      phone: '12',
      birthday: '2999-01-01',
      idempotencyKey: 'wrong',
    };
    expect(await ask(customer(seedId('test', 'wrong')), register, { input })).toEqual({
      register: {
        __typename: 'CustomerInputInvalid',
        problems: [
          { field: 'givenName', code: 'REQUIRED' },
          { field: 'email', code: 'MALFORMED' },
          { field: 'phone', code: 'MALFORMED' },
          { field: 'birthday', code: 'OUT_OF_RANGE' },
        ],
      },
    });
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

  it('changes the given fields, and appends one event with their names', async () => {
    const principal = await somebody();
    const input = { phone: null, locale: 'DE' };
    const changed = {
      updateProfile: { __typename: 'UpdateProfileSuccess', customer: { givenName: 'Zoë', phone: null, locale: 'DE' } },
    };
    expect(await ask(principal, update, { input })).toEqual(changed);
    expect(await ask(principal, update, { input })).toEqual(changed);
    const told = (await graph.appended()).filter(
      ({ eventType, metadata }) =>
        eventType === 'CustomerProfileChanged' && metadata.aggregateId === `customer:${principal.subject}`,
    );
    expect(told.map(({ data }) => data)).toEqual([
      { customerId: principal.subject, fields: ['phone', 'locale'], at: now.toISOString() },
    ]);
  });

  it('accepts the e-mail address of another account, which keeps it; refuses to clear a name', async () => {
    const principal = await somebody();
    expect(await ask(principal, update, { input: { email: 'ADA@example.com' } })).toMatchObject({
      updateProfile: { __typename: 'UpdateProfileSuccess' },
    });
    expect(await ask(admin, '{ customerByEmail(email: "ada@example.com") { id } }')).toEqual({
      customerByEmail: { id: ada.subject },
    });
    expect(await ask(principal, update, { input: { givenName: null } })).toEqual({
      updateProfile: { __typename: 'CustomerInputInvalid', problems: [{ field: 'givenName', code: 'REQUIRED' }] },
    });
    expect(await ask(customer(seedId('test', 'unregistered')), update, { input: {} })).toEqual({
      updateProfile: { __typename: 'CustomerNotRegistered' },
    });
  });
});

describe('preferences and consent', () => {
  it('replaces preferences', async () => {
    const principal = await somebody();
    const input = { diets: ['VEGAN', 'VEGAN'], avoidAllergens: ['SESAME', 'NUTS'], marketingChannel: 'PUSH' };
    expect(
      await ask(
        principal,
        `mutation ($input: PreferencesInput!) { setPreferences(input: $input) { ... on SetPreferencesSuccess { customer { preferences { diets avoidAllergens marketingChannel } } } } }`,
        { input },
      ),
    ).toEqual({ setPreferences: { customer: { preferences: { ...input, diets: ['VEGAN'] } } } });
  });

  it('keeps every answer, and appends one event for each', async () => {
    const principal = await somebody();
    const set = (granted: boolean) =>
      ask(
        principal,
        `mutation ($granted: Boolean!) { setConsent(input: { purpose: MARKETING, granted: $granted }) { __typename } }`,
        { granted },
      );
    for (const granted of [true, true, false, true]) {
      later();
      expect(await set(granted)).toEqual({ setConsent: { __typename: 'SetConsentSuccess' } });
    }
    const page = `query ($after: String) { me { consents { purpose granted decidedAt } consentHistory(first: 2, after: $after) { edges { node { granted channel } } pageInfo { hasNextPage endCursor } } } }`;
    const { me } = await ask<{ me: { consents: object[]; consentHistory: { pageInfo: { endCursor: string } } } }>(
      principal,
      page,
    );
    expect(me.consents).toContainEqual({ purpose: 'MARKETING', granted: true, decidedAt: now.toISOString() });
    expect(me.consents).toContainEqual({ purpose: 'PERSONALISATION', granted: false, decidedAt: null });
    expect(me.consentHistory).toMatchObject({
      edges: [{ node: { granted: true, channel: 'mobile' } }, { node: { granted: false } }],
      pageInfo: { hasNextPage: true },
    });
    const rest = await ask(principal, page, { after: me.consentHistory.pageInfo.endCursor });
    expect(rest).toMatchObject({
      me: { consentHistory: { edges: [{ node: { granted: true } }], pageInfo: { hasNextPage: false } } },
    });
    const told = (await graph.appended()).filter(
      ({ eventType, metadata }) =>
        eventType === 'CustomerConsentChanged' && metadata.aggregateId === `customer:${principal.subject}`,
    );
    expect(told.map(({ data }) => (data as { granted: boolean }).granted)).toEqual([true, false, true]);
  });

  it('refuses a cursor of another list', async () => {
    const after = Buffer.from(JSON.stringify(["'; --", 1])).toString('base64url');
    const { errors } = await graph.as(ada)(
      `query ($after: String) { me { consentHistory(after: $after) { edges { cursor } } } }`,
      { after },
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });
});

describe('favourite stores', () => {
  const add = `mutation ($id: ID!) { addFavouriteStore(storeId: $id) { __typename ... on AddFavouriteStoreSuccess { customer { favouriteStores { edges { node { id } } } } } } }`;
  const remove = `mutation ($id: ID!) { removeFavouriteStore(storeId: $id) { ... on RemoveFavouriteStoreSuccess { customer { favouriteStores { edges { node { id } } } } } } }`;

  it('are added once each, listed with the latest first, and removed', async () => {
    const principal = await somebody();
    const [first, second] = [seedStores[3]!.id, seedStores[4]!.id];
    for (const id of [first, second, first]) {
      later();
      await ask(principal, add, { id });
    }
    expect(await ask(principal, '{ me { favouriteStores { edges { node { id } } } } }')).toEqual({
      me: { favouriteStores: { edges: [{ node: { id: second } }, { node: { id: first } }] } },
    });
    const left = { removeFavouriteStore: { customer: { favouriteStores: { edges: [{ node: { id: first } }] } } } };
    expect(await ask(principal, remove, { id: second })).toEqual(left);
    expect(await ask(principal, remove, { id: second })).toEqual(left);
  });

  it.each([seedId('store', 9_999), 'nonsense'])('must exist: %s is refused', async (id) => {
    expect(await ask(ada, add, { id })).toEqual({ addFavouriteStore: { __typename: 'CustomerStoreNotFound' } });
  });
});
