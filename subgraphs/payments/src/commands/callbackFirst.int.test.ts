import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  PaymentCommandService,
  PaymentNoticeService,
  PaymentResult_Outcome as Outcome,
  StatusNotice_Status as Status,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { runWithTrace, traceIdOf, traceOfRequest } from '#platform/telemetry/trace.ts';
import { testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { startPaymentProvider, type RunningPaymentProvider } from '#sandbox/paymentProvider/paymentProvider.ts';
import type { Payments } from '../context.ts';
import definition from '../main.ts';
import { apiKey } from '../testing/paymentsUnderTest.ts';

const kassaStore = uuidv7();
let provider: RunningPaymentProvider;
let payments: TestSubgraph<Payments>;
/** What payments has made of the notices, in order. */
const heard: string[] = [];
/** Notices whose answer the provider did not wait for. */
let givenUp = 0;

/** Takes webhooks as the door does, but at once: it answers when payments has. */
const door = createServer((request, response) => {
  response.on('close', () => (givenUp += response.writableFinished ? 0 : 1));
  void (async () => {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const { type, data } = JSON.parse(text) as {
      type: string;
      data: { merchantReference?: string; object?: { metadata: { reference: string } } };
    };
    const orderId = data.merchantReference ?? data.object!.metadata.reference;
    const status = /authorised|capturable/.test(type) ? Status.AUTHORISED : Status.CAPTURED;
    const answer = await payments.client(PaymentNoticeService).noteStatus({ orderId, status, refunded: 0n });
    heard.push(`${orderId} ${Status[status]} ${answer.changed}`);
    response.writeHead(200).end();
  })().catch((error: unknown) => {
    heard.push(String(error));
    response.writeHead(500).end();
  });
});

beforeAll(async () => {
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const webhooks = {
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    secret: Buffer.from('a secret of the tests').toString('base64'),
  };
  provider = await startPaymentProvider({
    port: 0,
    dataDir: temporaryFolder('callback-first'),
    apiKey,
    webhooks,
    kassa: { apiKey, webhooks },
  });
  for (const path of ['/v1/behaviour', '/kassa/behaviour'])
    await fetch(provider.url + path, {
      method: 'PUT',
      headers: { authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ webhooksFirst: true, webhookTimes: 2 }),
    });
  payments = await testSubgraph<Payments>(definition, {
    configuration: {
      PAYMENT_PROVIDER_URL: provider.url,
      PAYMENT_PROVIDER_API_KEY: apiKey,
      PAYMENT_KASSA_URL: `${provider.url}/kassa`,
      PAYMENT_KASSA_API_KEY: apiKey,
      PAYMENT_KASSA_FOR: kassaStore,
    },
  });
});
afterAll(async () => {
  await provider.close();
  door.close();
});

describe.each([
  ['usual', uuidv7()],
  ['kassa', kassaStore],
])('the provider %s', (name, storeId) => {
  it('may tell of a payment before it answers, twice: it moves money once and is told once', async () => {
    const orderId = uuidv7();
    const commands = payments.client(PaymentCommandService);
    const trace = traceOfRequest(null, 'service:orders');
    await runWithTrace(trace, async () => {
      const { outcome } = await commands.authorise({
        orderId,
        amount: 1_990n,
        currency: 'GBP',
        exponent: 2,
        methodToken: 'tok_visa',
        customerId: '',
        storeId,
        idempotencyKey: `${orderId}:authorise`,
      });
      expect(outcome).toBe(Outcome.AUTHORISED);
      expect(await commands.capture({ orderId, idempotencyKey: `${orderId}:capture` })).toMatchObject({
        outcome: Outcome.CAPTURED,
      });
    });
    // The answer and the notice do not wait for each other until one of them gives up.
    expect(givenUp).toBe(0);
    expect(heard.filter((each) => each.startsWith(orderId))).toHaveLength(4);
    const stored = await payments.domain.db.payment.findUniqueOrThrow({ where: { orderId } });
    expect(stored).toMatchObject({ provider: name, status: 'CAPTURED', captured: 1_990 });
    const told = (await payments.appended())
      .map(({ data, metadata }) => ({ ...(data as { orderId: string; outcome?: string }), metadata }))
      .filter((each) => each.orderId === orderId);
    expect(told.map(({ outcome }) => outcome)).toEqual(['AUTHORISED', 'CAPTURED']);
    // Whether the answer or the notice was first: both events belong to the request that moved the money.
    expect(told.map(({ metadata }) => traceIdOf(metadata.traceparent))).toEqual(
      Array(2).fill(traceIdOf(trace.traceparent)),
    );
  });
});
