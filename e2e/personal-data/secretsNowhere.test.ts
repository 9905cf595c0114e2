import { randomBytes, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { beforeAll, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { MakeApiKeyDocument } from '#generated/bffs/partner/operations.ts';
import {
  AddAddressDocument,
  CancelOrderDocument,
  PlaceOrderDocument,
  RegisterDocument,
  SetConsentDocument,
  UpdateProfileDocument,
} from '#generated/bffs/web/operations.ts';
import { secretOfRun } from '#platform/testkit/testDatabase.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { signRequest } from '../../clients/request-signing/src/signRequest.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { loggedSoFar, sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';
import { foundIn, foundInDatabases } from '../harness/whereItStands.ts';

// A scenario that uses every kind of secret, on good ways and on those that fail, and then looks for all of them in all
// that the system writes: logs, metrics, errors that it tells others, and every table of every database.

const mark = randomBytes(6).toString('hex');
const person = {
  givenName: `Grazia${mark}`,
  familyName: `Hopper${mark}`,
  email: `grazia.${mark}@example.com`,
  phone: `+49301${String(Date.now()).slice(-9)}`,
};
const street = `Apostelgasse${mark}`;
const cardToken = `tok_card_${mark}`;
const subject = uuidv7();

let system: TestSystem;
let token: string;
let apiKey: string;
/** All that was answered to somebody whose secret it is not, and all errors. */
const answers: string[] = [];

/** The parts of secrets that nobody but their owner may have. */
const personal = () => [...Object.values(person), street];
const ofMachines = (): string[] => [
  cardToken,
  apiKey.slice(apiKey.lastIndexOf('_') + 1),
  token.split('.')[2]!,
  secretOfRun('PII_MASTER_KEYS'),
  secretOfRun('PII_INDEX_KEY'),
  system.provider.apiKey,
  system.signingKey.d!,
  ...Object.values(system.webhooks.secrets),
];

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  answers.push(JSON.stringify([...answer.headers]) + (await answer.text()));
  return answer.status;
}

beforeAll(async () => {
  system = await sharedSystem();
  token = await system.tokenFor({ role: 'customer', subject });
  const made = await system
    .client('partner', { role: 'partner' })
    .mutate(MakeApiKeyDocument, { input: { appId: seedId('partner-app', 1), overlapHours: 1 } });
  apiKey = (made.data?.makeApiKey as { apiKey: string }).apiKey;
});

test('a customer, a partner and systems outside use all kinds of secrets, rightly and wrongly', async () => {
  const customer = system.client('web', { role: 'customer', subject });
  const registered = await customer.ask(RegisterDocument, {
    input: { idempotencyKey: randomUUID(), locale: 'DE', ...person },
  });
  expect(registered.register.__typename).toBe('RegisterSuccess');
  await customer.ask(AddAddressDocument, {
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
  const wrong = await customer.mutate(UpdateProfileDocument, {
    input: { email: `${person.email} ${person.phone}`, phone: `${person.phone}x` } as never,
  });
  answers.push(JSON.stringify(wrong.errors));
  await customer.mutate(SetConsentDocument, {
    input: { purpose: 'ORDER_NEWS_BY_EMAIL', granted: true },
  });
  const { id } = orderOf(
    (await customer.ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY', { payment: { methodToken: cardToken } }) }))
      .placeOrder,
  );
  const statusOfPayment = async () =>
    (
      await system
        .subgraph('payments')
        .domain.pool.query<{ status: string }>('select status from payment where order_id = $1', [id])
    ).rows[0]?.status;
  await until(async () => (await statusOfPayment()) === 'AUTHORISED', { timeoutMs: 30_000 });
  await customer.ask(CancelOrderDocument, { orderId: id });
  await until(async () => (await statusOfPayment()) === 'VOIDED', { timeoutMs: 30_000 });

  const web = system.urlOf('web');
  const secret = JSON.stringify(person);
  // Documents and variables that are refused, at the door and behind it; a token that is wrong in its last byte.
  await post(web, JSON.stringify({ query: `{ x(email: "${person.email}") }`, variables: person }));
  await post(web, `{"query": ${secret}`, { authorization: `Bearer ${token}` });
  await post(web, JSON.stringify({ query: '{ a }' }), { authorization: `Bearer ${token.slice(0, -3)}AAA` });
  await post(`${web}?email=${person.email}&access_token=${token}`, secret);
  const cut = system.cutOff('customers');
  try {
    answers.push(
      JSON.stringify(
        (
          await customer.mutate(RegisterDocument, {
            input: { idempotencyKey: randomUUID(), locale: 'DE', ...person },
          })
        ).errors,
      ),
    );
  } finally {
    cut.back();
  }
  const stores = new URL('/v1/stores?page[size]=1', system.urlOf('rest')).href;
  expect((await fetch(stores, { headers: signRequest({ url: stores }, apiKey) })).status).toBe(200);
  expect((await fetch(stores, { headers: { authorization: `ApiKey ${apiKey}` } })).status).toBe(200);
  await post(new URL(`/v1/customers/me?key=${apiKey}`, stores).href, secret, { authorization: `ApiKey ${apiKey}x` });
  // A message of the provider that cannot be understood is parked: it is kept sealed. A forged one is not kept.
  const sender = new Webhook(system.webhooks.secrets['WEBHOOK_PAYMENTS_KEYS']!);
  for (const body of [secret, `{"type": "payment.${mark}", "email": "${person.email}"}`]) {
    const [messageId, at] = [randomUUID(), new Date()];
    const headers = {
      'webhook-id': messageId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': sender.sign(messageId, at, body),
    };
    expect(await post(`${system.webhooks.url}/webhooks/payments`, body, headers)).toBe(200);
    expect(await post(`${system.webhooks.url}/webhooks/velo`, body, headers)).toBe(401);
  }
});

test('none of them stands in a database, as text, bytes or base64', async () => {
  // What may stand there is found, in every kind of database: so would be what may not.
  const domainsOf = async (text: string) =>
    (await foundInDatabases(system, [text])).map((place) => place.split(':')[0]);
  expect(await domainsOf(subject)).toEqual(expect.arrayContaining(['customers', 'orders', 'bus', 'sagas']));
  expect(await foundInDatabases(system, [...personal(), ...ofMachines()])).toEqual([]);
});

test('nor in the log, the metrics, or an error that somebody was told', async () => {
  const secrets = [...personal(), ...ofMachines()];
  const log = loggedSoFar();
  expect(log.length, 'the log is there').toBeGreaterThan(1_000);
  expect(log).toContain('traceId');
  expect(foundIn(log, secrets)).toEqual([]);
  expect(foundIn(`${log}${Buffer.from(person.email).toString('hex')}`, secrets)).toEqual([person.email]);
  expect(foundIn(await (await fetch(system.metricsUrl)).text(), secrets)).toEqual([]);
  expect(foundIn(answers.join('\n'), secrets)).toEqual([]);
  expect(answers.length).toBeGreaterThan(8);
});
