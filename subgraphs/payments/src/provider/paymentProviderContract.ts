import { beforeEach, describe, expect, it } from 'vitest';
import { ProviderUnavailable, type PaymentProvider } from './paymentProvider.ts';

/** What a test needs from the provider under test. */
export interface ProviderUnderTest {
  readonly provider: PaymentProvider;
  /** Accounts of receivers: one that is open, and one that is closed. */
  readonly accounts: { readonly open: string; readonly closed: string };
  /** Payment methods: one that is authorised, one that is declined, and one whose capture is refused. */
  readonly methods: { readonly ok: string; readonly declined: string; readonly captureRefused: string };
  /** Of a provider that has the payer asked by their bank: the method for which it does, and what the payer answers. */
  readonly confirming?: { readonly method: string; answer(url: string, agrees: boolean): Promise<void> };
  /** Makes the provider carry out the next request that moves money, and lose its answer. */
  loseNextAnswer(): Promise<void>;
  /** Makes the provider unreachable until `resume`. */
  suspend(): Promise<void>;
  resume(): Promise<void>;
  /** How often money was moved for a reference, by the provider's own ledger. */
  movements(
    reference: string,
  ): Promise<{ authorisations: number; captures: number; voids: number; refunds: number; payouts: number }>;
}

/** The contract tests that every adapter of the port has to pass, against a provider that really answers. */
export function paymentProviderContract(name: string, underTest: () => ProviderUnderTest): void {
  describe(`payment provider: ${name}`, () => {
    let count = 0;
    let reference: string;
    let provider: PaymentProvider;
    beforeEach(() => {
      reference = `contract-${process.pid}-${(count += 1)}`;
      provider = underTest().provider;
    });

    const authorise = (methodToken = underTest().methods.ok, idempotencyKey = `${reference}:a`) =>
      provider.authorise({
        reference,
        amount: 1_250,
        currency: 'EUR',
        methodToken,
        payerPresent: false,
        idempotencyKey,
      });
    async function authorised(methodToken?: string): Promise<string> {
      const answer = await authorise(methodToken);
      if (answer.outcome !== 'AUTHORISED') throw new Error(`not authorised: ${JSON.stringify(answer)}`);
      return answer.authorisationId;
    }
    const capture = (authorisationId: string, idempotencyKey = `${reference}:c`) =>
      provider.capture({ authorisationId, amount: 1_250, idempotencyKey });
    async function captured(): Promise<string> {
      const answer = await capture(await authorised());
      if (answer.outcome !== 'CAPTURED') throw new Error(`not captured: ${answer.reason}`);
      return answer.captureId;
    }
    const refund = (captureId: string, amount = 1_250, idempotencyKey = `${reference}:r`) =>
      provider.refund({ captureId, amount, idempotencyKey });

    it('authorises, captures and refunds, and finds the payment by its reference', async () => {
      expect(await provider.find(reference)).toBeNull();
      const authorisationId = await authorised();
      expect(await provider.find(reference)).toEqual({
        authorisationId,
        declineReason: null,
        voided: false,
        challenge: null,
        captureId: null,
        captured: 0,
        refunded: 0,
      });
      const taken = await capture(authorisationId);
      expect(taken).toEqual({ outcome: 'CAPTURED', captureId: expect.any(String) as string });
      expect(await refund((taken as { captureId: string }).captureId)).toEqual({ outcome: 'REFUNDED' });
      expect(await provider.find(reference)).toMatchObject({ captured: 1_250, refunded: 1_250 });
    });

    it('declines, and finds the declined payment', async () => {
      expect(await authorise(underTest().methods.declined)).toEqual({
        outcome: 'DECLINED',
        reason: 'insufficient_funds',
      });
      expect(await provider.find(reference)).toMatchObject({ declineReason: 'insufficient_funds' });
    });

    it('declines an unknown payment method', async () => {
      expect(await authorise('not a token')).toMatchObject({ outcome: 'DECLINED' });
    });

    it('voids once, and gives the same answer again', async () => {
      const authorisationId = await authorised();
      expect(await provider.void({ authorisationId, idempotencyKey: `${reference}:v1` })).toEqual({
        outcome: 'VOIDED',
      });
      expect(await provider.void({ authorisationId, idempotencyKey: `${reference}:v2` })).toEqual({
        outcome: 'VOIDED',
      });
      expect(await provider.find(reference)).toMatchObject({ voided: true });
      expect(await capture(authorisationId)).toEqual({ outcome: 'REFUSED', reason: 'authorisation_voided' });
      expect(await underTest().movements(reference)).toMatchObject({
        authorisations: 1,
        captures: 0,
        voids: 1,
        refunds: 0,
      });
    });

    it('refuses a capture', async () => {
      expect(await capture(await authorised(underTest().methods.captureRefused))).toEqual({
        outcome: 'REFUSED',
        reason: 'capture_refused',
      });
    });

    it('refunds parts, and never more than was captured', async () => {
      const captureId = await captured();
      expect(await refund(captureId, 250)).toEqual({ outcome: 'REFUNDED' });
      expect(await refund(captureId, 1_001, `${reference}:r2`)).toEqual({
        outcome: 'REFUSED',
        reason: 'amount_too_large',
      });
      expect(await refund(captureId, 1_000, `${reference}:r3`)).toEqual({ outcome: 'REFUNDED' });
      expect(await provider.find(reference)).toMatchObject({ captured: 1_250, refunded: 1_250 });
    });

    it('has a settlement file of a day that is over, and none of today', async () => {
      expect(await provider.settlementFile('2020-02-29')).toMatch(/^H,1,2020-02-29,0,0,0\n/);
      expect(await provider.settlementFile(new Date().toISOString().slice(0, 10))).toBeNull();
    });

    it('refuses to void a captured payment', async () => {
      const authorisationId = await authorised();
      await capture(authorisationId);
      expect(await provider.void({ authorisationId, idempotencyKey: `${reference}:v` })).toEqual({
        outcome: 'REFUSED',
        reason: 'already_captured',
      });
    });

    it('moves nothing twice with one idempotency key', async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => authorise()));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      const authorisationId = await authorised();
      await Promise.all(Array.from({ length: 5 }, () => capture(authorisationId)));
      expect(await underTest().movements(reference)).toMatchObject({ authorisations: 1, captures: 1 });
    });

    it('learns the outcome of a request whose answer was lost', async () => {
      await underTest().loseNextAnswer();
      const authorisationId = await authorised();
      await underTest().loseNextAnswer();
      const taken = await capture(authorisationId);
      expect(taken).toMatchObject({ outcome: 'CAPTURED' });
      await underTest().loseNextAnswer();
      expect(await refund((taken as { captureId: string }).captureId)).toEqual({ outcome: 'REFUNDED' });
      expect(await underTest().movements(reference)).toMatchObject({
        authorisations: 1,
        captures: 1,
        voids: 0,
        refunds: 1,
      });
    });

    it('pays out once, also when the answer is lost, and nothing to a closed account', async () => {
      const { open, closed } = underTest().accounts;
      const payOut = (account: string) =>
        provider.payOut({
          reference,
          account,
          amount: 4_200,
          currency: 'EUR',
          idempotencyKey: `${reference}:${account}`,
        });
      await underTest().loseNextAnswer();
      expect(await payOut(open)).toEqual({ outcome: 'PAID_OUT' });
      expect(await payOut(open)).toEqual({ outcome: 'PAID_OUT' });
      expect(await payOut(closed)).toEqual({ outcome: 'REFUSED', reason: 'account_closed' });
      expect(await underTest().movements(reference)).toMatchObject({ payouts: 1 });
    });

    it('rejects while the provider is unreachable, and succeeds later with the same key', async () => {
      const captureId = await captured();
      await underTest().suspend();
      await expect(refund(captureId)).rejects.toBeInstanceOf(ProviderUnavailable);
      await expect(provider.find(reference)).rejects.toBeInstanceOf(ProviderUnavailable);
      await underTest().resume();
      expect(await refund(captureId)).toEqual({ outcome: 'REFUNDED' });
      expect(await underTest().movements(reference)).toMatchObject({ refunds: 1 });
    });
  });
}

/** What a provider keeps besides if it has payers confirm payments with their bank (3-D Secure). */
export function confirmingProviderContract(name: string, underTest: () => Required<ProviderUnderTest>): void {
  describe(`payment provider with payers who confirm: ${name}`, () => {
    let count = 0;
    let reference: string;
    beforeEach(() => {
      reference = `confirming-${process.pid}-${(count += 1)}`;
    });
    const authorise = (payerPresent = true) =>
      underTest().provider.authorise({
        reference,
        amount: 990,
        currency: 'EUR',
        methodToken: underTest().confirming.method,
        payerPresent,
        idempotencyKey: `${reference}:a`,
      });
    async function challenged() {
      const answer = await authorise();
      if (answer.outcome !== 'CHALLENGED') throw new Error(`not challenged: ${JSON.stringify(answer)}`);
      return answer;
    }
    const find = () => underTest().provider.find(reference);

    it('holds nothing until the payer has confirmed, and can be captured then', async () => {
      const { authorisationId, challenge } = await challenged();
      expect(await authorise()).toEqual({ outcome: 'CHALLENGED', authorisationId, challenge });
      expect(await find()).toMatchObject({ challenge, voided: false, declineReason: null });
      const capture = (key: string) =>
        underTest().provider.capture({ authorisationId, amount: 990, idempotencyKey: `${reference}:${key}` });
      expect(await capture('early')).toEqual({ outcome: 'REFUSED', reason: 'not_confirmed' });
      await underTest().confirming.answer(challenge.url, true);
      expect(await find()).toMatchObject({ challenge: null, voided: false, declineReason: null });
      expect(await capture('c')).toMatchObject({ outcome: 'CAPTURED' });
    });

    it('declines a payment that its payer refuses', async () => {
      const { challenge } = await challenged();
      await underTest().confirming.answer(challenge.url, false);
      expect(await find()).toMatchObject({ challenge: null, declineReason: 'authentication_failed' });
    });

    it('cannot be confirmed any more once it was voided', async () => {
      const { authorisationId, challenge } = await challenged();
      const voided = { authorisationId, idempotencyKey: `${reference}:v` };
      expect(await underTest().provider.void(voided)).toEqual({ outcome: 'VOIDED' });
      await underTest().confirming.answer(challenge.url, true);
      expect(await find()).toMatchObject({ challenge: null, voided: true });
    });

    it('declines at once when nobody is there to confirm', async () => {
      expect(await authorise(false)).toEqual({ outcome: 'DECLINED', reason: 'authentication_required' });
    });
  });
}
