import { Code, ConnectError } from '@connectrpc/connect';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import {
  PaymentCommandService,
  PaymentResult_Outcome as Outcome,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { busDatabase } from '#platform/testkit/testDatabase.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import type { Payments } from './context.ts';
import definition from './main.ts';
import { settlementGauges } from './settlement/openFindings.ts';
import { apiKey, providerOfTests, type ProviderOfTests } from './testing/paymentsUnderTest.ts';

let bus: EventBus;
let sandbox: ProviderOfTests;
let payments: TestSubgraph<Payments>;
const heard: EventEnvelope[] = [];
/** The same words, whatever was to be done with the payment. */
const notFound = 'No order whose payment you manage has this id. Check it.';
let orderId: string;
let storeId: string;
let customerId: string;

beforeAll(async () => {
  bus = await postgresBus({ databaseUrl: (await busDatabase()).url, log: pino({ level: 'silent' }) });
  whenFileEnds(() => bus.close());
  await bus.tail(['payments.v1'], ({ value }) => {
    heard.push(value as EventEnvelope);
  });
  sandbox = await providerOfTests();
  payments = await testSubgraph<Payments>(definition, {
    bus,
    configuration: {
      PAYMENT_PROVIDER_URL: sandbox.url,
      PAYMENT_PROVIDER_API_KEY: apiKey,
      PAYMENT_INTENT_PATIENCE_SECONDS: '0.5',
      PAYMENT_SWEEP_SECONDS: '0.1',
    },
  });
});
beforeEach(() => {
  [orderId, storeId, customerId] = [uuidv7(), uuidv7(), uuidv7()];
});
afterEach(() => sandbox.behave({}));
afterAll(async () => {
  await sandbox.close();
});

const commands = () => payments.client(PaymentCommandService);
const authorise = (over: object = {}) =>
  commands().authorise({
    orderId,
    amount: 1_990n,
    currency: 'EUR',
    exponent: 2,
    methodToken: 'tok_ok',
    customerId,
    storeId,
    idempotencyKey: `${orderId}:authorise`,
    ...over,
  });
const capture = () => commands().capture({ orderId, idempotencyKey: `${orderId}:capture` });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => ConnectError.from(error).code,
  );

describe('the commands', () => {
  it('are accepted from orders only', async () => {
    for (const caller of ['customers', 'delivery', 'gateway', 'channel-kiosk']) {
      const posing = payments.client(PaymentCommandService, caller);
      await expect(posing.capture({ orderId, idempotencyKey: 'k' })).rejects.toMatchObject({
        code: Code.PermissionDenied,
      });
    }
  });

  it('answer, and publish each outcome on the bus in order', async () => {
    expect(await authorise()).toMatchObject({ outcome: Outcome.AUTHORISED, reason: '' });
    expect(await capture()).toMatchObject({ outcome: Outcome.CAPTURED });
    expect(await commands().void({ orderId, idempotencyKey: `${orderId}:void` })).toMatchObject({
      outcome: Outcome.REFUSED,
      reason: 'already_captured',
    });
    expect(await commands().refund({ orderId, idempotencyKey: `${orderId}:refund` })).toMatchObject({
      outcome: Outcome.REFUNDED,
    });
    const mine = () => heard.filter(({ metadata }) => metadata.feed === `order:${orderId}`);
    await until(() => mine().length === 3);
    expect(
      mine().map(({ data, metadata }) => [
        (data as { outcome: string }).outcome,
        metadata.aggregateVersion,
        metadata.feedVersion,
      ]),
    ).toEqual([
      ['AUTHORISED', 1, 1],
      ['CAPTURED', 2, 2],
      ['REFUNDED', 3, 3],
    ]);
    expect(mine()[0]?.data).toMatchObject({
      orderId,
      storeId,
      amount: 1_990,
      currency: 'EUR',
      exponent: 2,
      reason: null,
    });
  });

  it('answer with a decline', async () => {
    expect(await authorise({ methodToken: 'tok_declined' })).toMatchObject({
      outcome: Outcome.DECLINED,
      reason: 'insufficient_funds',
    });
  });

  it('accept payments without a customer', async () => {
    expect(await authorise({ customerId: '' })).toMatchObject({ outcome: Outcome.AUTHORISED });
    expect(await payments.domain.db.payment.findUnique({ where: { orderId } })).toMatchObject({ customerId: null });
  });

  it('fail with UNAVAILABLE while the provider is down, and answer once it is back', async () => {
    await sandbox.behave({ available: false });
    expect(await codeOf(authorise())).toBe(Code.Unavailable);
    await sandbox.behave({});
    expect(await authorise()).toMatchObject({ outcome: Outcome.AUTHORISED });
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation']);
  });

  it('are finished by the sweep when their caller does not try again', async () => {
    await sandbox.behave({ available: false });
    expect(await codeOf(authorise())).toBe(Code.Unavailable);
    await sandbox.behave({});
    await until(
      async () => (await payments.domain.db.payment.findUnique({ where: { orderId } }))?.status === 'AUTHORISED',
    );
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation']);
    await until(() => heard.some(({ metadata }) => metadata.feed === `order:${orderId}`));
  });

  it.each([
    ['no order', { orderId: 'x' }],
    ['nothing to pay', { amount: 0n }],
    ['less than nothing', { amount: -5n }],
    ['more than there is', { amount: 2n ** 40n }],
    ['no currency', { currency: '€' }],
    ['no key', { idempotencyKey: '' }],
  ])('refuse %s', async (_name, over) => {
    expect(await codeOf(authorise(over))).toBe(Code.InvalidArgument);
  });

  it('refuse a key that was used for something else, and other terms for the same order', async () => {
    await authorise();
    expect(await codeOf(authorise({ amount: 5n }))).toBe(Code.AlreadyExists);
    expect(await codeOf(authorise({ amount: 5n, idempotencyKey: 'another' }))).toBe(Code.FailedPrecondition);
  });
});

describe('the graph', () => {
  const entity = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Order { payment {
    status amount { amount currency exponent } captured { amount } refunded { amount } failureReason } } } }`;
  const paymentOf = async (principal: Parameters<typeof payments.as>[0]) => {
    const { data, errors } = await payments.as(principal)(entity, { of: [{ __typename: 'Order', id: orderId }] });
    expect(errors).toBeUndefined();
    return (data as { _entities: { payment: unknown }[] })._entities[0]?.payment;
  };

  it('shows a payment to its customer, its store and admins, and to nobody else', async () => {
    await authorise();
    await capture();
    const shown = {
      status: 'CAPTURED',
      amount: { amount: 1_990, currency: 'EUR', exponent: 2 },
      captured: { amount: 1_990 },
      refunded: { amount: 0 },
      failureReason: null,
    };
    expect(await paymentOf(principalWith(['payments:read'], { roles: ['customer'], subject: customerId }))).toEqual(
      shown,
    );
    expect(
      await paymentOf(principalWith(['payments:read'], { roles: ['manager'], bindings: { store: storeId } })),
    ).toEqual(shown);
    expect(await paymentOf(principalWith(['admin']))).toEqual(shown);
    expect(await paymentOf(principalWith(['payments:read'], { roles: ['customer'], subject: uuidv7() }))).toBeNull();
    expect(
      await paymentOf(principalWith(['payments:read'], { roles: ['manager'], bindings: { store: uuidv7() } })),
    ).toBeNull();
  });

  it('shows what a kiosk was paid to its store alone, and no customer’s to a service that bears their id', async () => {
    await authorise();
    const service = principalWith(['payments:read'], { roles: ['customer'], subject: customerId, kind: 'service' });
    expect(await paymentOf(service)).toBeNull();
    orderId = uuidv7();
    await authorise({ customerId: '', idempotencyKey: orderId });
    for (const subject of [customerId, '', 'null'])
      expect(await paymentOf(principalWith(['payments:read'], { roles: ['customer'], subject }))).toBeNull();
    expect(
      await paymentOf(principalWith(['payments:read'], { roles: ['manager'], bindings: { store: storeId } })),
    ).toMatchObject({
      status: 'AUTHORISED',
    });
  });

  it('costs as many statements for 50 orders as for 5', async () => {
    const admin = payments.as(principalWith(['admin']));
    const cost = (count: number) =>
      payments.statementsOf(() =>
        admin(entity, { of: Array.from({ length: count }, () => ({ __typename: 'Order', id: uuidv7() })) }),
      );
    // The sweep uses the database, too, so the lowest of several counts is the one of the request alone.
    const cheapest = async (count: number) =>
      Math.min(await cost(count), await cost(count), await cost(count), await cost(count));
    const few = await cheapest(5);
    expect(few).toBeGreaterThan(0);
    expect(await cheapest(50)).toBe(few);
  });

  it('lists the payments of a store, newest first, for those who manage it', async () => {
    const orders = [uuidv7(), uuidv7(), uuidv7()];
    for (const id of orders) await authorise({ orderId: id, idempotencyKey: id });
    const list = `query ($storeId: ID!, $after: String) { payments(storeId: $storeId, status: AUTHORISED, first: 2, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }`;
    type Listed = {
      payments: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    };
    const manager = payments.as(
      principalWith(['payments:manage'], { roles: ['manager'], bindings: { store: storeId } }),
    );
    const first = ((await manager(list, { storeId })).data as unknown as Listed).payments;
    const second = ((await manager(list, { storeId, after: first.pageInfo.endCursor })).data as unknown as Listed)
      .payments;
    const stored = await payments.domain.db.payment.findMany({ where: { storeId }, orderBy: { createdAt: 'desc' } });
    expect([...first.edges, ...second.edges].map(({ node }) => node.id)).toEqual(stored.map(({ id }) => id));
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    const other = payments.as(
      principalWith(['payments:manage'], { roles: ['manager'], bindings: { store: uuidv7() } }),
    );
    expect((await other(list, { storeId })).data).toMatchObject({ payments: { edges: [] } });
    expect((await other('query ($id: ID!) { payment(id: $id) { id } }', { id: stored[0]!.id })).data).toEqual({
      payment: null,
    });
    expect((await manager('query ($id: ID!) { payment(id: $id) { status } }', { id: stored[0]!.id })).data).toEqual({
      payment: { status: 'AUTHORISED' },
    });
  });
});

describe('refundPayment', () => {
  const mutation = `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) { __typename
    ... on RefundPaymentSuccess { payment { status refunded { amount } } } ... on PaymentNotRefundable { message payment { status } }
    ... on PaymentNotFound { message } ... on PaymentProviderUnavailable { message } } }`;
  const refund = async (
    over: object = {},
    principal = principalWith(['payments:manage'], { roles: ['manager'], bindings: { store: storeId } }),
  ) => {
    const { data, errors } = await payments.as(principal)(mutation, {
      input: { orderId, idempotencyKey: 'refund', ...over },
    });
    return errors
      ? errors[0]?.extensions?.['code']
      : (data as { refundPayment: Record<string, unknown> }).refundPayment;
  };

  it('pays back what was captured, once per key and once in total', async () => {
    await authorise();
    await capture();
    const done = { __typename: 'RefundPaymentSuccess', payment: { status: 'REFUNDED', refunded: { amount: 1_990 } } };
    expect(await refund({ idempotencyKey: orderId })).toEqual(done);
    expect(await refund({ idempotencyKey: orderId })).toEqual(done);
    expect(await refund({ idempotencyKey: `${orderId}-2` })).toEqual(done);
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation', 'capture', 'refund']);
  });

  it('pays back parts, each once per key, and never more than was captured', async () => {
    await authorise();
    await capture();
    const part = (amount: number, key: string) => refund({ amount, idempotencyKey: `${orderId}-${key}` });
    const done = (status: string, amount: number) => ({
      __typename: 'RefundPaymentSuccess',
      payment: { status, refunded: { amount } },
    });
    expect(await part(500, 'a')).toEqual(done('CAPTURED', 500));
    expect(await part(500, 'a')).toEqual(done('CAPTURED', 500));
    expect(await part(400, 'a')).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await part(1_491, 'b')).toMatchObject({
      __typename: 'PaymentNotRefundable',
      message: expect.stringContaining('more than is left') as string,
      payment: { status: 'CAPTURED' },
    });
    expect(await part(90, 'c')).toEqual(done('CAPTURED', 590));
    for (const amount of [0, -1]) expect(await part(amount, 'd')).toBe('BAD_USER_INPUT');
    expect(await refund({ idempotencyKey: `${orderId}-e` })).toEqual(done('REFUNDED', 1_990));
    expect(await part(1, 'f')).toMatchObject({ __typename: 'PaymentNotRefundable', payment: { status: 'REFUNDED' } });
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation', 'capture', 'refund', 'refund', 'refund']);
    expect(
      (await payments.appended())
        .filter(({ metadata }) => metadata.feed === `order:${orderId}`)
        .map(({ data }) => data as Record<string, unknown>)
        .map(({ outcome, amount, captured, refunded }) => [outcome, amount, captured, refunded]),
    ).toEqual([
      ['AUTHORISED', 1_990, 0, 0],
      ['CAPTURED', 1_990, 1_990, 0],
      ['REFUNDED', 500, 1_990, 500],
      ['REFUNDED', 90, 1_990, 590],
      ['REFUNDED', 1_400, 1_990, 1_990],
    ]);
  });

  it('pays a part back once when the provider did it and its answer was lost', async () => {
    await authorise();
    await capture();
    await sandbox.behave({ loseAnswers: 1 });
    expect(await refund({ amount: 500, idempotencyKey: orderId })).toMatchObject({
      payment: { status: 'CAPTURED', refunded: { amount: 500 } },
    });
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation', 'capture', 'refund']);
  });

  it('is refused before the capture, and says what to do', async () => {
    await authorise();
    expect(await refund()).toMatchObject({
      __typename: 'PaymentNotRefundable',
      payment: { status: 'AUTHORISED' },
      message: expect.stringContaining('Cancel') as string,
    });
  });

  it('does not find payments of other stores', async () => {
    await authorise();
    await capture();
    expect(
      await refund({}, principalWith(['payments:manage'], { roles: ['manager'], bindings: { store: uuidv7() } })),
    ).toEqual({
      __typename: 'PaymentNotFound',
      message: notFound,
    });
    expect(await refund({ orderId: 'no id' })).toEqual({ __typename: 'PaymentNotFound', message: notFound });
    expect(
      await refund({}, principalWith(['payments:read'], { roles: ['manager'], bindings: { store: storeId } })),
    ).toBe('FORBIDDEN');
  });

  it('answers with its own type when the provider is down', async () => {
    await authorise();
    await capture();
    await sandbox.behave({ available: false });
    expect(await refund({ idempotencyKey: orderId })).toEqual({
      __typename: 'PaymentProviderUnavailable',
      message: expect.stringContaining('Try again') as string,
    });
    await sandbox.behave({});
    expect(await refund({ idempotencyKey: orderId })).toMatchObject({ __typename: 'RefundPaymentSuccess' });
  });

  it('refuses a key that was used for another order', async () => {
    await authorise();
    await capture();
    await refund({ idempotencyKey: orderId });
    const first = orderId;
    orderId = uuidv7();
    await authorise();
    expect(await refund({ idempotencyKey: first })).toBe('IDEMPOTENCY_KEY_REUSED');
  });
});

describe('capturePayment', () => {
  const mutation = `mutation ($input: CapturePaymentInput!) { capturePayment(input: $input) { __typename
    ... on CapturePaymentSuccess { payment { status failureReason } } ... on PaymentNotCapturable { payment { status failureReason } }
    ... on PaymentNotFound { message } } }`;
  const managing = () => principalWith(['payments:manage'], { roles: ['manager'], bindings: { store: storeId } });
  const take = async (idempotencyKey: string, principal = managing()) => {
    const { data, errors } = await payments.as(principal)(mutation, { input: { orderId, idempotencyKey } });
    return errors ? errors[0]?.extensions?.['code'] : (data as { capturePayment: unknown }).capturePayment;
  };
  const held = { status: 'AUTHORISED', failureReason: 'capture_refused' };

  it('takes what the provider has refused before; staff find it among the authorised ones', async () => {
    await authorise();
    await sandbox.behave({ refuseCaptures: true });
    expect(await capture()).toMatchObject({ outcome: Outcome.REFUSED, reason: 'capture_refused' });
    const { data } = await payments.as(managing())(
      'query ($id: ID!) { payments(storeId: $id, status: AUTHORISED) { edges { node { status failureReason } } } }',
      { id: storeId },
    );
    expect(data).toEqual({ payments: { edges: [{ node: held }] } });
    expect(await take(`${orderId}-1`)).toEqual({ __typename: 'PaymentNotCapturable', payment: held });
    await sandbox.behave({});
    expect(await take(`${orderId}-1`)).toEqual({ __typename: 'PaymentNotCapturable', payment: held });
    const done = { __typename: 'CapturePaymentSuccess', payment: { status: 'CAPTURED', failureReason: null } };
    expect(await take(`${orderId}-2`)).toEqual(done);
    expect(await take(`${orderId}-3`)).toEqual(done);
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation', 'refusal', 'refusal', 'capture']);
  });

  it('takes nothing of which the order has not asked to be paid, nor of an order that has ended without cost', async () => {
    await authorise();
    expect(await take(orderId)).toMatchObject({
      __typename: 'PaymentNotCapturable',
      payment: { status: 'AUTHORISED' },
    });
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation']);
    orderId = uuidv7();
    await authorise();
    await sandbox.behave({ refuseCaptures: true });
    await capture();
    await commands().void({ orderId, idempotencyKey: `${orderId}:void` });
    expect(await take(orderId)).toMatchObject({ __typename: 'PaymentNotCapturable', payment: { status: 'VOIDED' } });
  });

  it('is for who manages the store', async () => {
    await authorise();
    await sandbox.behave({ refuseCaptures: true });
    await capture();
    expect(
      await take(orderId, principalWith(['payments:manage'], { roles: ['manager'], bindings: { store: uuidv7() } })),
    ).toEqual({
      __typename: 'PaymentNotFound',
      message: notFound,
    });
    expect(
      await take(orderId, principalWith(['payments:read'], { roles: ['manager'], bindings: { store: storeId } })),
    ).toBe('FORBIDDEN');
  });
});

describe('what settlement files have found', () => {
  const asked = `query ($after: String) { settlementFindings(first: 2, after: $after) {
    edges { node { provider day kind subject detail todo } } pageInfo { hasNextPage endCursor } } }`;

  it('is listed for admins as far as it is open, the oldest day first, in pages', async () => {
    const foundAt = new Date('2026-06-03T00:00:00Z');
    const found = (day: string, subject: string, over: object = {}) => ({
      ...{ provider: 'kassa', day, kind: 'MISSING', subject, detail: 'capture of 5 EUR', foundAt, ...over },
    });
    await payments.domain.db.settlementFinding.createMany({
      data: [
        found('2026-06-02', 'c'),
        found('2026-06-01', 'b'),
        found('2026-06-01', 'a'),
        found('2026-06-01', 'z', { resolvedAt: foundAt }),
      ],
    });
    const admin = payments.as(principalWith(['admin'], { roles: ['admin'] }));
    interface Page {
      readonly settlementFindings: {
        readonly edges: readonly { readonly node: { readonly subject: string } }[];
        readonly pageInfo: { readonly endCursor: string };
      };
    }
    const first = (await admin(asked)).data as unknown as Page;
    expect(first).toMatchObject({
      settlementFindings: {
        edges: [
          {
            node: { provider: 'kassa', day: '2026-06-01', subject: 'a', todo: expect.stringMatching(/^Ask/) as string },
          },
          { node: { subject: 'b' } },
        ],
        pageInfo: { hasNextPage: true },
      },
    });
    const after = first.settlementFindings.pageInfo.endCursor;
    expect((await admin(asked, { after })).data).toMatchObject({
      settlementFindings: { edges: [{ node: { subject: 'c' } }], pageInfo: { hasNextPage: false } },
    });
    const gauges: string[] = [];
    await settlementGauges(payments.domain, (name, labels, value) => {
      gauges.push(`${name} ${JSON.stringify(labels)} ${value}`);
    });
    expect(gauges).toContain('settlementFindings {"kind":"MISSING"} 3');
    expect(gauges).toContain('settlementFindings {"kind":"DOUBLED"} 0');
  });

  it('is nothing for the manager of a store', async () => {
    const manager = principalWith(['payments:manage'], { roles: ['manager'], bindings: { store: storeId } });
    expect((await payments.as(manager)(asked)).errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });
});
