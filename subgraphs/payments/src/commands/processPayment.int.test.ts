import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { sqlTx } from '#platform/events/sqlTx.ts';
import { superviseProcess } from '#platform/testkit/superviseProcess.ts';
import { testDatabase } from '#platform/testkit/testDatabase.ts';
import { until } from '#platform/testkit/until.ts';
import { providerOf, type ProviderOf } from '../config.ts';
import type { Payments } from '../context.ts';
import { openPayments, providerOfTests, type ProviderOfTests } from '../testing/paymentsUnderTest.ts';
import { ProviderUnavailable, type PaymentProvider } from '../provider/paymentProvider.ts';
import { finishIntent } from './finishIntent.ts';
import { noteDispute } from './noteDispute.ts';
import { settleForgottenIntents } from '../sweepIntents.ts';
import {
  PaymentKeyReused,
  PaymentTermsDiffer,
  processPayment,
  type AuthorisationTerms,
  type PaymentRequest,
} from './processPayment.ts';

let database: { url: string };
let payments: Payments;
let close: () => Promise<void>;
let sandbox: ProviderOfTests;
let usual: ProviderOf;
let provider: PaymentProvider;
let orderId: string;

beforeAll(async () => {
  [database, sandbox] = await Promise.all([testDatabase('payments'), providerOfTests()]);
  ({ payments, close } = openPayments(database.url, sandbox.url));
  usual = providerOf(payments);
  provider = usual({ provider: 'usual' });
});
beforeEach(() => {
  orderId = uuidv7();
});
afterEach(() => sandbox.behave({}));
afterAll(async () => {
  await close();
  await sandbox.close();
});

const terms = (over: Partial<AuthorisationTerms> = {}): AuthorisationTerms => ({
  storeId: uuidv7(),
  customerId: null,
  amount: 1_990,
  currency: 'EUR',
  exponent: 2,
  methodToken: 'tok_visa',
  ...over,
});
const steady = terms();
const authorise = (over: Partial<AuthorisationTerms> = {}, key = `${orderId}:authorise`) =>
  processPayment(payments, usual, { kind: 'AUTHORISE', orderId, key, terms: { ...steady, ...over } });
const run = (kind: Exclude<PaymentRequest['kind'], 'AUTHORISE'>, key = `${orderId}:${kind}`) =>
  processPayment(payments, usual, { kind, orderId, key });
const payment = () => payments.db.payment.findUnique({ where: { orderId } });
const command = (key: string) => payments.db.paymentCommand.findUniqueOrThrow({ where: { key } });

async function outcomesOf(): Promise<unknown[]> {
  const { id } = (await payment())!;
  const client = await payments.pool.connect();
  try {
    const events = await payments.events.load(sqlTx(client), `payment:${id}`);
    expect(events.map(({ metadata }) => metadata.aggregateVersion)).toEqual(events.map((_, index) => index + 1));
    return events.map(({ data }) => (data as { outcome: string }).outcome);
  } finally {
    client.release();
  }
}

describe('a payment', () => {
  it('is authorised, captured and refunded, each with its event', async () => {
    expect(await authorise()).toMatchObject({ outcome: 'AUTHORISED', reason: null });
    expect(await run('CAPTURE')).toMatchObject({ outcome: 'CAPTURED' });
    expect(await payment()).toMatchObject({
      status: 'CAPTURED',
      amount: 1_990,
      captured: 1_990,
      refunded: 0,
      methodToken: null,
    });
    expect(await run('REFUND')).toMatchObject({ outcome: 'REFUNDED' });
    expect(await payment()).toMatchObject({ status: 'REFUNDED', captured: 1_990, refunded: 1_990, version: 3 });
    expect(await outcomesOf()).toEqual(['AUTHORISED', 'CAPTURED', 'REFUNDED']);
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation', 'capture', 'refund']);
  });

  it('deletes the payment method everywhere once the authorisation is answered', async () => {
    const methodToken = 'tok_visa_of_somebody';
    await authorise({ methodToken });
    const { rows } = await payments.pool.query(
      'SELECT to_jsonb(p)::text || to_jsonb(c)::text AS kept FROM payment p JOIN payment_command c USING (order_id) WHERE order_id = $1',
      [orderId],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).not.toMatchObject({ kept: expect.stringContaining(methodToken) as unknown });
    expect(await authorise({ methodToken })).toMatchObject({ outcome: 'AUTHORISED' });
  });

  it('is voided', async () => {
    await authorise();
    expect(await run('VOID')).toMatchObject({ outcome: 'VOIDED' });
    expect(await run('VOID', 'another key for ' + orderId)).toMatchObject({ outcome: 'VOIDED' });
    expect(await run('CAPTURE')).toMatchObject({ outcome: 'REFUSED', reason: 'order_voided' });
    expect(await outcomesOf()).toEqual(['AUTHORISED', 'VOIDED']);
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation', 'void']);
  });

  it('is declined, and a void of it succeeds', async () => {
    expect(await authorise({ methodToken: 'tok_declined' })).toMatchObject({
      outcome: 'DECLINED',
      reason: 'insufficient_funds',
    });
    expect(await payment()).toMatchObject({ status: 'DECLINED', failureReason: 'insufficient_funds' });
    expect(await run('VOID')).toMatchObject({ outcome: 'VOIDED' });
    expect(await authorise({}, 'second try')).toMatchObject({ outcome: 'DECLINED' });
    expect(await sandbox.ledger(orderId)).toEqual(['decline']);
  });

  it('stays authorised when the capture is refused, and can be voided then', async () => {
    await authorise({ methodToken: 'tok_capture_refused' });
    expect(await run('CAPTURE')).toMatchObject({ outcome: 'REFUSED', reason: 'capture_refused' });
    expect(await payment()).toMatchObject({ status: 'AUTHORISED', captured: 0, failureReason: 'capture_refused' });
    expect(await run('VOID')).toMatchObject({ outcome: 'VOIDED' });
    expect(await outcomesOf()).toEqual(['AUTHORISED', 'REFUSED', 'VOIDED']);
  });

  it('stays captured when the refund is refused', async () => {
    await authorise();
    await run('CAPTURE');
    await sandbox.behave({ refuseRefunds: true });
    expect(await run('REFUND', 'first')).toMatchObject({ outcome: 'REFUSED', reason: 'refund_refused' });
    await sandbox.behave({});
    expect(await run('REFUND', 'first')).toMatchObject({ outcome: 'REFUSED' });
    expect(await run('REFUND', 'second')).toMatchObject({ outcome: 'REFUNDED' });
  });

  it('is refunded once when the caller insists after a refusal', async () => {
    await authorise();
    await run('CAPTURE');
    const insist = () =>
      processPayment(payments, usual, { kind: 'REFUND', orderId, key: `${orderId}:refund`, insist: true });
    await sandbox.behave({ refuseRefunds: true });
    expect(await insist()).toMatchObject({ outcome: 'REFUSED' });
    expect(await insist()).toMatchObject({ outcome: 'REFUSED' });
    await sandbox.behave({});
    expect(await insist()).toMatchObject({ outcome: 'REFUNDED' });
    expect(await insist()).toMatchObject({ outcome: 'REFUNDED' });
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation', 'capture', 'refusal', 'refusal', 'refund']);
  });

  it('is refunded when the refusal of an earlier try is told only while a later one is under way', async () => {
    await authorise();
    await run('CAPTURE');
    const refund: PaymentRequest = { kind: 'REFUND', orderId, key: `${orderId}:refund`, insist: true };
    await sandbox.behave({ refuseRefunds: true });
    await processPayment(payments, usual, refund);
    const earlier = { command: await command(refund.key), payment: (await payment())!, heard: 'no' } as const;
    await sandbox.behave({});
    const late: PaymentProvider = {
      ...provider,
      refund: async (request) => {
        const answer = await provider.refund(request);
        // Another process, which was slow, tells the refusal of the first try now.
        await finishIntent(payments, usual, earlier);
        return answer;
      },
    };
    expect(await processPayment(payments, () => late, refund)).toMatchObject({ outcome: 'REFUNDED' });
    expect(await payment()).toMatchObject({ status: 'REFUNDED', refunded: 1_990 });
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation', 'capture', 'refusal', 'refund']);
  });

  it('that was voided before its authorisation arrives is declined', async () => {
    expect(await run('VOID')).toEqual({ outcome: 'VOIDED', reason: null, paymentId: null });
    expect(await authorise()).toEqual({ outcome: 'DECLINED', reason: 'order_voided', paymentId: null });
    expect(await run('CAPTURE')).toMatchObject({ outcome: 'REFUSED', reason: 'no_payment' });
    expect(await payment()).toBeNull();
    expect(await sandbox.ledger(orderId)).toEqual([]);
  });
});

describe('two commands at once', () => {
  it('authorise or void an order that had no payment: it is not charged once it counts as voided', async () => {
    const ends: string[] = [];
    const race = async (kinds: readonly ('AUTHORISE' | 'VOID')[]): Promise<void> => {
      const id = uuidv7();
      const answers = await Promise.all(
        kinds.map(async (kind) => {
          const asked = { orderId: id, key: `${id}:${kind}` };
          const request = kind === 'VOID' ? { kind, ...asked } : { kind, ...asked, terms: steady };
          return [kind, (await processPayment(payments, usual, request)).outcome] as const;
        }),
      );
      const { AUTHORISE: authorised, VOID: voided } = Object.fromEntries(answers);
      expect(voided).toBe('VOIDED');
      const after = await payments.db.payment.findUnique({ where: { orderId: id } });
      if (authorised === 'DECLINED') expect([after, await sandbox.ledger(id)]).toEqual([null, []]);
      else expect([after!.status, await sandbox.ledger(id)]).toEqual(['VOIDED', ['authorisation', 'void']]);
      ends.push(authorised!);
    };
    for (let round = 0; round < 8; round += 1)
      await Promise.all([race(['AUTHORISE', 'VOID']), race(['VOID', 'AUTHORISE'])]);
    expect(ends).toContain('AUTHORISED');
  });

  it('take a payment and note its dispute: both are told, each once', async () => {
    await authorise();
    const disputed: PaymentProvider = {
      ...provider,
      capture: async (request) => {
        const answer = await provider.capture(request);
        await noteDispute(payments, {
          ...{ orderId, disputeId: orderId, status: 'OPEN', amount: 500, reason: 'not_received', at: new Date() },
        });
        return answer;
      },
    };
    const request: PaymentRequest = { kind: 'CAPTURE', orderId, key: `${orderId}:capture` };
    expect(await processPayment(payments, () => disputed, request)).toMatchObject({ outcome: 'CAPTURED' });
    expect(await payment()).toMatchObject({ status: 'CAPTURED', version: 3 });
    expect(await outcomesOf()).toEqual(['AUTHORISED', undefined, 'CAPTURED']);
  });
});

describe('an idempotency key', () => {
  it('gives the same answer, whatever has happened since', async () => {
    const first = await authorise();
    await run('CAPTURE');
    await run('REFUND');
    expect(await authorise()).toEqual(first);
    expect(await run('CAPTURE')).toMatchObject({ outcome: 'CAPTURED' });
  });

  it('is refused with another request', async () => {
    await authorise();
    await expect(authorise({ amount: 1 })).rejects.toBeInstanceOf(PaymentKeyReused);
    await expect(run('CAPTURE', `${orderId}:authorise`)).rejects.toBeInstanceOf(PaymentKeyReused);
  });

  it('of a second authorisation for the same order changes nothing', async () => {
    await authorise();
    expect(await authorise({}, 'other')).toMatchObject({ outcome: 'AUTHORISED' });
    await expect(authorise({ amount: 2_000 }, 'third')).rejects.toBeInstanceOf(PaymentTermsDiffer);
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation']);
  });

  it('that is used by many callers at once charges once', async () => {
    await sandbox.behave({ slowMilliseconds: 50 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => authorise({ methodToken: 'tok_slow' })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await Promise.all(Array.from({ length: 6 }, (_, n) => run('CAPTURE', `${orderId}:capture-${n}`)));
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation', 'capture']);
    expect(await outcomesOf()).toEqual(['AUTHORISED', 'CAPTURED']);
  });
});

describe('a provider in trouble', () => {
  it('charges once when an answer is lost', async () => {
    expect(await authorise({ methodToken: 'tok_lost_answer' })).toMatchObject({ outcome: 'AUTHORISED' });
    for (const [kind, outcome] of [
      ['CAPTURE', 'CAPTURED'],
      ['REFUND', 'REFUNDED'],
    ] as const) {
      await sandbox.behave({ loseAnswers: 1 });
      expect(await run(kind)).toMatchObject({ outcome });
    }
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation', 'capture', 'refund']);
  });

  it('is asked what it did when every answer is lost', async () => {
    await sandbox.behave({ loseAnswers: 1 });
    // The first answer is lost, and every second request fails: only a look-up at the provider can tell the outcome.
    const unlucky: PaymentProvider = {
      ...provider,
      authorise: async (request) => {
        await provider.authorise(request);
        throw new ProviderUnavailable('lost');
      },
    };
    const request: PaymentRequest = { kind: 'AUTHORISE', orderId, key: `${orderId}:authorise`, terms: steady };
    await expect(processPayment(payments, () => unlucky, request)).rejects.toBeInstanceOf(ProviderUnavailable);
    expect(await payment()).toMatchObject({ status: 'REQUESTED' });
    expect(await processPayment(payments, () => unlucky, request)).toMatchObject({ outcome: 'AUTHORISED' });
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation']);
  });

  it('is asked again with the same key after a time-out, while the first request is under way', async () => {
    await sandbox.behave({ delayMilliseconds: 400 });
    const hasty = openPayments(database.url, sandbox.url, { PAYMENT_PROVIDER_TIMEOUT_MILLISECONDS: 100 });
    const request: PaymentRequest = { kind: 'AUTHORISE', orderId, key: `${orderId}:authorise`, terms: steady };
    await expect(processPayment(hasty.payments, providerOf(hasty.payments), request)).rejects.toBeInstanceOf(
      ProviderUnavailable,
    );
    await hasty.close();
    expect(await run('VOID')).toMatchObject({ outcome: 'VOIDED' });
    await sandbox.behave({});
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation', 'void']);
  });

  it('leaves an intent when it is down, which a call with the same key finishes', async () => {
    await sandbox.close();
    await expect(authorise()).rejects.toBeInstanceOf(ProviderUnavailable);
    await expect(run('VOID')).rejects.toBeInstanceOf(ProviderUnavailable);
    await sandbox.reopen();
    expect(await authorise()).toMatchObject({ outcome: 'AUTHORISED' });
    expect(await sandbox.ledger(orderId)).toEqual(['authorisation']);
  });

  it('is asked by the sweep for abandoned intents, and only for those', async () => {
    await sandbox.close();
    await expect(authorise()).rejects.toBeInstanceOf(ProviderUnavailable);
    const { createdAt } = await command(`${orderId}:authorise`);
    expect(await settleForgottenIntents(payments, usual, createdAt)).toBe(0);
    await sandbox.reopen();
    expect(await settleForgottenIntents(payments, usual, new Date(createdAt.getTime() - 1))).toBe(0);
    expect(await settleForgottenIntents(payments, usual, createdAt)).toBe(1);
    expect(await payment()).toMatchObject({ status: 'AUTHORISED' });
    expect(await outcomesOf()).toEqual(['AUTHORISED']);
    expect(await authorise()).toMatchObject({ outcome: 'AUTHORISED' });
  });
});

describe('a kill -9', () => {
  it.each([
    ['AUTHORISE', 'payments.intentWritten', ['authorisation']],
    ['AUTHORISE', 'payments.providerAnswered', ['authorisation']],
    ['CAPTURE', 'payments.intentWritten', ['authorisation', 'capture']],
    ['CAPTURE', 'payments.providerAnswered', ['authorisation', 'capture']],
    ['VOID', 'payments.providerAnswered', ['authorisation', 'void']],
    ['REFUND', 'payments.providerAnswered', ['authorisation', 'capture', 'refund']],
  ] as const)(
    'in %s at %s: the same key finishes it, once',
    async (kind, failPoint, ledger) => {
      if (kind !== 'AUTHORISE') await authorise();
      if (kind === 'REFUND') await run('CAPTURE');
      const key = `${orderId}:killed`;
      const request: PaymentRequest =
        kind === 'AUTHORISE' ? { kind, orderId, key, terms: steady } : { kind, orderId, key };
      const child = superviseProcess({
        script: fileURLToPath(new URL('../testing/processPaymentAlone.ts', import.meta.url)),
        restart: false,
        ready: /^ready/,
        env: {
          FAIL_POINT: failPoint,
          DATABASE_URL: database.url,
          PROVIDER_URL: sandbox.url,
          REQUEST: JSON.stringify(request),
        },
      });
      await until(() => child.output.includes('[process 1 ended'), { timeoutMs: 60_000, what: 'the process dies' });
      expect(child.output).toContain('ended: SIGKILL');
      expect((await command(key)).outcome).toBeNull();
      const answer = await processPayment(payments, usual, request);
      expect(answer.outcome).toBe((await command(key)).outcome);
      expect(['DECLINED', 'REFUSED']).not.toContain(answer.outcome);
      expect(await sandbox.ledger(orderId)).toEqual(ledger);
      expect((await outcomesOf()).length).toBe(ledger.length);
    },
    90_000,
  );
});
