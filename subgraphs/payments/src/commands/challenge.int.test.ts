import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  PaymentCommandService,
  PaymentNoticeService,
  PaymentResult_Outcome as Outcome,
  StatusNotice_Status as Status,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { service } from '#platform/rpc/service.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { providerOf } from '../config.ts';
import type { Payments } from '../context.ts';
import definition from '../main.ts';
import { checkChallenges } from '../sweepIntents.ts';
import { apiKey, openPayments, providerOfTests, type ProviderOfTests } from '../testing/paymentsUnderTest.ts';

const british = uuidv7();
const named = uuidv7();
const german = uuidv7();
let asked = 0;
let sandbox: ProviderOfTests;
let payments: TestSubgraph<Payments>;
let configuration: Record<string, string>;
let orderId: string;

beforeAll(async () => {
  sandbox = await providerOfTests();
  configuration = {
    PAYMENT_PROVIDER_URL: sandbox.url,
    PAYMENT_PROVIDER_API_KEY: apiKey,
    PAYMENT_KASSA_URL: `${sandbox.url}/kassa`,
    PAYMENT_KASSA_API_KEY: apiKey,
    PAYMENT_KASSA_FOR: `GB, ${named}`,
  };
  payments = await testSubgraph<Payments>(definition, {
    configuration,
    others: {
      stores: [
        service(StoreQueryService, ['payments'], {
          getOrderingTerms: ({ storeId }) => {
            asked += 1;
            return { found: true, country: storeId === british ? 'GB' : 'DE' };
          },
        }),
      ],
    },
  });
});
beforeEach(() => {
  orderId = uuidv7();
});
afterEach(() => sandbox.kassa('PUT', '/behaviour', {}));
afterAll(() => sandbox.close());

const commands = () => payments.client(PaymentCommandService);
const authorise = (
  over: { methodToken?: string; payerPresent?: boolean; storeId?: string; customerId?: string } = {},
) =>
  commands().authorise({
    orderId,
    amount: 1_990n,
    currency: 'GBP',
    exponent: 2,
    methodToken: 'tok_3ds',
    payerPresent: true,
    customerId: '',
    storeId: british,
    idempotencyKey: `${orderId}:authorise`,
    ...over,
  });
const check = async () => (await commands().checkChallenge({ orderId })).outcome;
const giveUp = () => commands().void({ orderId, idempotencyKey: `${orderId}:void` });
const capture = () => commands().capture({ orderId, idempotencyKey: `${orderId}:capture` });
const note = async (status: Status, refunded = 0n) =>
  (await payments.client(PaymentNoticeService).noteStatus({ orderId, status, refunded })).changed;
const stored = () => payments.domain.db.payment.findUniqueOrThrow({ where: { orderId } });
const told = async () =>
  (await payments.appended())
    .filter(({ data }) => (data as { orderId: string }).orderId === orderId)
    .map(({ eventType, data }) => (data as { outcome?: string }).outcome ?? eventType);
const ledger = async () => {
  const { data } = (await sandbox.kassa('GET', `/ledger?reference=${orderId}`)) as { data: { kind: string }[] };
  return data.map(({ kind }) => kind);
};
const bankPage = async (): Promise<string> => (await stored()).challengeUrl!;
const atBank = async (agrees: 'yes' | 'no', url?: string) =>
  fetch(url ?? (await bankPage()), { method: 'POST', redirect: 'manual', body: new URLSearchParams({ agrees }) });

describe('the provider of a payment', () => {
  it('is chosen by store and country, and stays', async () => {
    await authorise({ methodToken: 'tok_visa' });
    expect(await stored()).toMatchObject({ provider: 'kassa', status: 'AUTHORISED' });
    orderId = uuidv7();
    await authorise({ methodToken: 'tok_visa', storeId: named });
    expect(await stored()).toMatchObject({ provider: 'kassa' });
    orderId = uuidv7();
    await authorise({ methodToken: 'tok_visa', storeId: german });
    expect(await stored()).toMatchObject({ provider: 'usual' });
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation']);
    const before = asked;
    orderId = uuidv7();
    await authorise({ methodToken: 'tok_visa' });
    expect(asked).toBe(before);
  });
});

describe('a payment that its payer has to confirm', () => {
  it('says where to its payer alone, who is the customer, or the guest at the kiosk', async () => {
    const customerId = uuidv7();
    const shownTo = async (principal: Principal) => {
      const { data, errors } = await payments.as(principal)(
        'query ($id: ID!) { orderPayment(orderId: $id) { status confirmation { url } } }',
        { id: orderId },
      );
      expect(errors).toBeUndefined();
      return data!['orderPayment'];
    };
    const customer = principalWith(['payments:read'], { roles: ['customer'], subject: customerId });
    const bindings = { store: british };
    const kiosk = principalWith(['payments:read'], { roles: ['kiosk'], bindings });
    const manager = principalWith(['payments:read', 'payments:manage'], { roles: ['manager'], bindings });
    const admin = principalWith(['admin']);
    const withUrl = async () => ({ status: 'CHALLENGED', confirmation: { url: (await stored()).challengeUrl } });
    const without = { status: 'CHALLENGED', confirmation: null };

    await authorise({ customerId });
    expect(await shownTo(customer)).toEqual(await withUrl());
    for (const other of [kiosk, manager, admin]) expect(await shownTo(other)).toEqual(without);

    orderId = uuidv7();
    await authorise();
    expect(await shownTo(kiosk)).toEqual(await withUrl());
    for (const other of [manager, admin]) expect(await shownTo(other)).toEqual(without);
  });

  it('holds nothing before, tells where to confirm, and is authorised afterwards', async () => {
    expect((await authorise()).outcome).toBe(Outcome.CHALLENGED);
    const { challengeUrl, challengeExpiresAt, methodToken } = await stored();
    expect(challengeUrl).toMatch(/^http:\/\/.*\/kassa\/3ds\/pi_/);
    expect(challengeExpiresAt!.getTime()).toBeGreaterThan(Date.now());
    expect(methodToken).toBeNull();
    expect((await authorise()).outcome).toBe(Outcome.CHALLENGED);
    expect(await capture()).toMatchObject({ outcome: Outcome.REFUSED, reason: 'not_confirmed' });
    expect(await note(Status.CHALLENGED)).toBe(false);
    expect(await check()).toBe(Outcome.CHALLENGED);
    const back = await atBank('yes');
    expect([back.status, back.headers.get('location')]).toEqual([
      303,
      `https://www.drburger.example/orders/${orderId}`,
    ]);
    expect(await note(Status.AUTHORISED)).toBe(true);
    expect(await note(Status.AUTHORISED)).toBe(false);
    expect(await check()).toBe(Outcome.AUTHORISED);
    expect(await stored()).toMatchObject({ status: 'AUTHORISED', challengeUrl: null, challengeExpiresAt: null });
    expect(await told()).toEqual(['PaymentChallenged', 'AUTHORISED']);
  });

  it('is no more than declined when they refuse, and is not believed without the provider', async () => {
    await authorise();
    expect(await note(Status.AUTHORISED)).toBe(false);
    await atBank('no');
    expect(await check()).toBe(Outcome.DECLINED);
    expect(await stored()).toMatchObject({ status: 'DECLINED', failureReason: 'authentication_failed' });
    expect(await told()).toEqual(['PaymentChallenged', 'DECLINED']);
  });

  it('is declined at once when nobody is there to confirm', async () => {
    expect(await authorise({ payerPresent: false })).toMatchObject({
      outcome: Outcome.DECLINED,
      reason: 'authentication_required',
    });
  });

  it('cannot be confirmed after it was given up, and holds nothing when that comes at the same time', async () => {
    await authorise();
    const { challengeUrl } = await stored();
    expect((await giveUp()).outcome).toBe(Outcome.VOIDED);
    const late = await fetch(challengeUrl!, { method: 'POST', body: new URLSearchParams({ agrees: 'yes' }) });
    expect(late.status).toBe(400);
    expect(await note(Status.AUTHORISED)).toBe(false);
    expect(await check()).toBe(Outcome.DECLINED);
    expect(await ledger()).toEqual(['challenge', 'cancel']);

    orderId = uuidv7();
    await authorise();
    const page = await bankPage();
    await Promise.all([atBank('yes', page), giveUp()]);
    await note(Status.AUTHORISED);
    expect((await giveUp()).outcome).toBe(Outcome.VOIDED);
    expect((await ledger()).at(-1)).toBe('cancel');
    expect(await stored()).toMatchObject({ status: 'VOIDED', captured: 0 });
  });

  it('is told once when two processes hear of it together, before the answer, and twice', async () => {
    const other = openPayments(payments.domain.pool.options.connectionString!, sandbox.url, configuration);
    try {
      await authorise();
      await atBank('yes');
      const { noteStatus } = await import('./noteStatus.ts');
      const hear = (domain: Payments) =>
        noteStatus(domain, providerOf(domain), { orderId, status: 'AUTHORISED', refunded: 0 });
      await Promise.all([payments.domain, other.payments, payments.domain, other.payments].map(hear));
      expect(await told()).toEqual(['PaymentChallenged', 'AUTHORISED']);
    } finally {
      await other.close();
    }
  });

  it('is settled without any notice', async () => {
    await authorise();
    await atBank('yes');
    await checkChallenges(payments.domain, providerOf(payments.domain), new Date());
    expect(await stored()).toMatchObject({ status: 'AUTHORISED' });
  });

  it('is learned of when the answer to the authorisation is lost', async () => {
    await sandbox.kassa('PUT', '/behaviour', { loseAnswers: 1 });
    expect((await authorise()).outcome).toBe(Outcome.CHALLENGED);
    expect(await ledger()).toEqual(['challenge']);
  });

  it('is declined when what was held has lapsed before the answer', async () => {
    await sandbox.kassa('PUT', '/behaviour', { holdSeconds: 0 });
    const answer = await authorise({ methodToken: 'tok_visa' });
    expect(answer).toMatchObject({ outcome: Outcome.DECLINED, reason: 'authorisation_voided' });
  });

  it('cannot be captured after what is held has ended at the provider', async () => {
    await authorise({ methodToken: 'tok_visa' });
    const { authorisationId } = await stored();
    await sandbox.kassa('POST', `/v1/payment_intents/${authorisationId}/cancel`, {});
    expect(await capture()).toMatchObject({ outcome: Outcome.REFUSED, reason: 'authorisation_voided' });
    expect((await giveUp()).outcome).toBe(Outcome.VOIDED);
  });

  it('knows nothing of an order without a payment', async () => {
    orderId = randomUUID();
    await expect(check()).rejects.toThrow('the order has no payment');
    await expect(note(Status.AUTHORISED)).rejects.toThrow('the order has no payment');
  });
});
