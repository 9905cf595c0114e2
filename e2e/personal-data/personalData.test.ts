import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import {
  EraseCustomerDocument,
  ExportCustomerDocument,
  SupportedCustomerDocument,
} from '#generated/bffs/staff/operations.ts';
import { AddAddressDocument, PlaceOrderDocument, RegisterDocument } from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { foundInDatabases } from '../harness/whereItStands.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

const subject = uuidv7();
const email = `grace.${subject}@example.com`;
/** Texts that only this person has, so that a copy of them is found wherever it stands. */
const secrets = ['Grazia-Maria', 'Hoppertree', email, '+493012399871', 'Zwölfapostelgasse'];
let system: TestSystem;
let customer: ChannelClient;
let support: ChannelClient;
let orderId: string;

const read = async (reason: 'CUSTOMER_ASKED' | 'LEGAL_DUTY' = 'CUSTOMER_ASKED') => {
  const { result } = await support.ask(ExportCustomerDocument, { input: { customerId: subject, reason } });
  if (result.__typename !== 'ExportCustomerSuccess') throw new Error(result.message);
  expect(result.unreachableDomains).toEqual([]);
  return JSON.parse(result.document) as Record<string, Record<string, Record<string, unknown>[]>>;
};

beforeAll(async () => {
  system = await sharedSystem();
  customer = system.client('web', { role: 'customer', subject });
  support = system.client('staff', { role: 'support' });
  const [givenName, familyName, , phone, street] = secrets as [string, string, string, string, string];
  const registered = await customer.ask(RegisterDocument, {
    input: { idempotencyKey: randomUUID(), givenName, familyName, email, phone, locale: 'DE' },
  });
  expect(registered.register.__typename).toBe('RegisterSuccess');
  const added = await customer.ask(AddAddressDocument, {
    input: {
      idempotencyKey: randomUUID(),
      address: {
        line1: `${street} 4`,
        postalCode: '10115',
        city: 'Berlin',
        country: 'DE',
        position: { latitude: 52.53, longitude: 13.4 },
      },
    },
  });
  expect(added.addAddress.__typename).toBe('AddAddressSuccess');
  orderId = orderOf((await customer.ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') })).placeOrder).id;
});

test('support hands out all that is kept about a customer as one document, and it is recorded', async () => {
  const told = await until(async () => {
    const document = await read();
    return document['payments'] && document;
  });
  for (const secret of secrets) expect(JSON.stringify(told['customers'])).toContain(secret);
  expect(told['orders']?.['orders']).toMatchObject([{ id: orderId, customer_id: subject }]);
  expect(told['orders']?.['orders']?.[0]).not.toHaveProperty('payment_method_token');
  expect(told['payments']?.['payments']).toMatchObject([{ order_id: orderId }]);
  const { supportedCustomer } = await support.ask(SupportedCustomerDocument, { email });
  expect(supportedCustomer?.actions[0]).toMatchObject({
    kind: 'EXPORT',
    reason: 'CUSTOMER_ASKED',
    by: 'user:support-1',
  });
});

test('nobody else gets it, and nobody is told of a customer who does not exist', async () => {
  const input = { customerId: subject, reason: 'CUSTOMER_ASKED' } as const;
  for (const role of ['manager', 'kitchen'] as const) {
    const { errors } = await system.client('staff', { role }).mutate(ExportCustomerDocument, { input });
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  }
  for (const customerId of [uuidv7(), 'nobody', seedId('store', 1)]) {
    const { result } = await support.ask(ExportCustomerDocument, { input: { ...input, customerId } });
    expect(result.__typename).toBe('CustomerToExportNotFound');
  }
});

test('what stands in the databases names nobody, and after an erasure nobody can read it', async () => {
  expect(await foundInDatabases(system, secrets)).toEqual([]);
  const { result } = await support.ask(EraseCustomerDocument, {
    input: { customerId: subject, reason: 'CUSTOMER_ASKED', idempotencyKey: randomUUID() },
  });
  expect(result.__typename).toBe('CustomerErasedBySupport');
  const left = await read('LEGAL_DUTY');
  for (const secret of secrets) expect(JSON.stringify(left)).not.toContain(secret);
  expect(left['customers']?.['profile']).toMatchObject([{ id: subject, erasedAt: expect.any(String) as string }]);
  expect(left['orders']?.['orders']).toMatchObject([{ id: orderId }]);
});
