import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Code } from '@connectrpc/connect';
import {
  DisputeNotice_Status,
  PaymentCommandService,
  PaymentNoticeService,
  StatusNotice_Status as Status,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import type { Payments } from '../context.ts';
import definition from '../main.ts';
import { apiKey, providerOfTests, type ProviderOfTests } from '../testing/paymentsUnderTest.ts';

let sandbox: ProviderOfTests;
let payments: TestSubgraph<Payments>;
let orderId: string;

beforeAll(async () => {
  sandbox = await providerOfTests();
  payments = await testSubgraph<Payments>(definition, {
    configuration: { PAYMENT_PROVIDER_URL: sandbox.url, PAYMENT_PROVIDER_API_KEY: apiKey },
  });
});
beforeEach(() => {
  orderId = uuidv7();
});
afterEach(() => sandbox.behave({}));
afterAll(() => sandbox.close());

const commands = () => payments.client(PaymentCommandService);
const notices = () => payments.client(PaymentNoticeService);
const authorise = () =>
  commands().authorise({
    orderId,
    amount: 1_990n,
    currency: 'EUR',
    exponent: 2,
    methodToken: 'tok_ok',
    customerId: '',
    storeId: uuidv7(),
    idempotencyKey: `${orderId}:authorise`,
  });
const capture = () => commands().capture({ orderId, idempotencyKey: `${orderId}:capture` });
const note = async (status: Status, refunded = 0) =>
  (await notices().noteStatus({ orderId, status, refunded: BigInt(refunded) })).changed;
const stored = () => payments.domain.db.payment.findUniqueOrThrow({ where: { orderId } });
const outcomes = async () =>
  (await payments.appended())
    .filter(({ data }) => (data as { orderId: string }).orderId === orderId)
    .map(({ data }) => (data as { outcome?: string; status?: string }).outcome ?? (data as { status: string }).status);
const refundAtProvider = async (amount?: number) => {
  const { captures } = await sandbox.paymentOf(orderId);
  await sandbox.post(`/v1/captures/${captures[0]!.id}/refunds`, amount === undefined ? {} : { amount });
};

describe('noteStatus', () => {
  it('asks the database once for a notice that says nothing new, and a command two or three times', async () => {
    // The first few times no statement is prepared, and the relay is not counted here.
    const [authorised, captured, noted] = [
      await payments.statementsOf(authorise),
      await payments.statementsOf(capture),
      await payments.statementsOf(() => note(Status.CAPTURED)),
    ];
    expect([authorised, captured, noted]).toEqual([2, 3, 1]);
  });

  it('stores a refund that the provider made by itself, once', async () => {
    await authorise();
    await capture();
    await refundAtProvider();
    expect(await note(Status.REFUNDED, 1_990)).toBe(true);
    expect(await note(Status.REFUNDED, 1_990)).toBe(false);
    expect(await stored()).toMatchObject({ status: 'REFUNDED', captured: 1_990, refunded: 1_990 });
    expect(await outcomes()).toEqual(['AUTHORISED', 'CAPTURED', 'REFUNDED']);
  });

  it('adds up partial refunds, and calls it refunded when nothing is left', async () => {
    await authorise();
    await capture();
    await refundAtProvider(500);
    expect(await note(Status.REFUNDED, 500)).toBe(true);
    expect(await stored()).toMatchObject({ status: 'CAPTURED', refunded: 500 });
    await refundAtProvider();
    expect(await note(Status.REFUNDED, 1_990)).toBe(true);
    expect(await note(Status.REFUNDED, 500)).toBe(false);
    expect(await stored()).toMatchObject({ status: 'REFUNDED', refunded: 1_990 });
    expect(await outcomes()).toEqual(['AUTHORISED', 'CAPTURED', 'REFUNDED', 'REFUNDED']);
  });

  it('believes the provider, and not the notice', async () => {
    await authorise();
    await capture();
    expect(await note(Status.REFUNDED, 1_990)).toBe(false);
    expect(await note(Status.VOIDED)).toBe(false);
    expect(await stored()).toMatchObject({ status: 'CAPTURED', refunded: 0 });
  });

  it('stores a void of the provider, after which nothing is captured', async () => {
    await authorise();
    await sandbox.post(`/v1/authorisations/${(await sandbox.paymentOf(orderId)).id}/voids`, {});
    expect(await note(Status.VOIDED)).toBe(true);
    expect(await stored()).toMatchObject({ status: 'VOIDED' });
    expect(await capture()).toMatchObject({ reason: 'order_voided' });
  });

  it('finishes a command that has no outcome yet, without moving money twice', async () => {
    await sandbox.behave({ available: false });
    await expect(authorise()).rejects.toMatchObject({ code: Code.Unavailable });
    await sandbox.behave({});
    expect(await stored()).toMatchObject({ status: 'REQUESTED' });
    expect(await note(Status.AUTHORISED)).toBe(true);
    expect(await stored()).toMatchObject({ status: 'AUTHORISED' });
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation']);
  });

  it('says so when there is no payment yet, and hears the door only', async () => {
    await expect(note(Status.CAPTURED)).rejects.toMatchObject({ code: Code.NotFound });
    const others = payments.client(PaymentNoticeService, 'orders');
    await expect(others.noteStatus({ orderId, status: Status.CAPTURED })).rejects.toMatchObject({
      code: Code.PermissionDenied,
    });
    await expect(notices().noteStatus({ orderId: 'none' })).rejects.toMatchObject({ code: Code.InvalidArgument });
  });
});

describe('noteDispute', () => {
  const dispute = async (disputeId: string, status: DisputeNotice_Status, at = '2026-06-01T10:00:00.000Z') =>
    (
      await notices().noteDispute({
        orderId,
        disputeId,
        status,
        amount: 1_990n,
        reason: 'not_received',
        at,
      })
    ).changed;

  it('opens it once, and ends it for good', async () => {
    const id = `dp_${orderId}`;
    await expect(dispute(id, DisputeNotice_Status.OPEN)).rejects.toMatchObject({ code: Code.NotFound });
    await authorise();
    for (const at of ['0000-01-01T00:00:00Z', 'now'])
      await expect(dispute(id, DisputeNotice_Status.OPEN, at)).rejects.toMatchObject({ code: Code.InvalidArgument });
    expect(await dispute(id, DisputeNotice_Status.OPEN)).toBe(true);
    expect(await dispute(id, DisputeNotice_Status.OPEN)).toBe(false);
    expect(await dispute(id, DisputeNotice_Status.LOST)).toBe(true);
    for (const late of [DisputeNotice_Status.OPEN, DisputeNotice_Status.WON])
      expect(await dispute(id, late)).toBe(false);
    expect(await outcomes()).toEqual(['AUTHORISED', 'OPEN', 'LOST']);
    expect(await payments.domain.db.paymentDispute.findUnique({ where: { id } })).toMatchObject({ status: 'LOST' });
  });
});
