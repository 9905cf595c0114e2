import { randomBytes } from 'node:crypto';
import { beforeAll, expect } from 'vitest';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { service } from '#platform/rpc/service.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { Customers } from '../context.ts';
import customers from '../main.ts';

/**
 * The subgraph under test: seeded, and with a stores domain that knows the seeded stores. It is set once
 * `startCustomers` has run.
 */
export let graph: TestSubgraph<Customers>;
/** The time by the domain's clock; `later` moves it on by a second. */
export let now = new Date('2026-03-04T12:00:00Z');
export const later = () => (now = new Date(now.getTime() + 1_000));

const key = () => randomBytes(32).toString('base64');
export const customer = (subject: string): Principal =>
  principalWith(roleScopes.customer, { subject, roles: ['customer'], channel: 'mobile' });
export const admin = principalWith(roleScopes.admin, { subject: seedId('staff', 'admin'), roles: ['admin'] });
export const ada = customer(seedId('customer', 1));

/** Call it at the top of a test file. */
export const startCustomers = (): void =>
  beforeAll(async () => {
    graph = await testSubgraph<Customers>(customers, {
      seed: true,
      clock: () => now,
      configuration: { PII_MASTER_KEYS: key(), PII_INDEX_KEY: key() },
      others: {
        stores: [
          service(StoreQueryService, ['orders', 'delivery', 'customers'], {
            getOrderingTerms: ({ storeId }) => ({ found: seedStores.some(({ id }) => id === storeId) }),
          }),
        ],
      },
    });
  });

/** Runs a document, asserts that there are no errors, and returns the data. */
export async function ask<T = Record<string, never>>(
  principal: Principal,
  query: string,
  variables?: Record<string, unknown>,
): Promise<T> {
  const { data, errors } = await graph.as(principal)(query, variables);
  expect(errors).toBeUndefined();
  return data as T;
}

export const register = `mutation ($input: RegisterInput!) { register(input: $input) {
  __typename ... on RegisterSuccess { customer { id givenName email phone locale addresses { id } consents { purpose granted decidedAt } } }
  ... on CustomerInputInvalid { problems { field code } } } }`;

export const zoe = {
  givenName: 'Zoë',
  familyName: 'Zufall',
  email: 'Zoe.Zufall@Example.com',
  phone: '+49 30 5550199',
  birthday: '1999-09-09',
};
let people = 0;

/** Registers a new customer, so that tests do not affect each other. */
export async function somebody(): Promise<Principal> {
  const n = ++people;
  const principal = customer(seedId('test', n));
  await ask(principal, register, { input: { ...zoe, email: `somebody${n}@example.com`, idempotencyKey: 'k' } });
  return principal;
}

export const home = {
  label: 'Home',
  line1: 'Geheimgasse 7',
  postalCode: '10115',
  city: 'Berlin',
  country: 'DE',
  position: { latitude: 52.5311, longitude: 13.3849 },
  instructions: 'Klingel Zufall',
};
export const addAddress = `mutation ($input: AddAddressInput!) { addAddress(input: $input) {
  __typename ... on AddAddressSuccess { address { id isDefault current { id version line1 } } customer { addresses { id } } }
  ... on CustomerInputInvalid { problems { field code } } } }`;

export async function added(principal: Principal, address: object = home, more: object = {}) {
  const { addAddress: result } = await ask<{
    addAddress: {
      address: { id: string; isDefault: boolean; current: { id: string; version: number; line1: string } };
    };
  }>(principal, addAddress, { input: { idempotencyKey: randomBytes(8).toString('hex'), address, ...more } });
  return result.address;
}
