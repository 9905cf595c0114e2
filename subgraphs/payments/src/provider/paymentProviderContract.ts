import { beforeEach, describe, expect, it } from 'vitest';
import { ProviderUnavailable, type PaymentProvider } from './paymentProvider.ts';

/** What a test needs from the provider under test. */
export interface ProviderUnderTest {
  readonly provider: PaymentProvider;
  /** Accounts of receivers: one that is open, and one that is closed. */
  readonly accounts: { readonly open: string; readonly closed: string };
  /** Payment methods: one that is authorised, one that is declined, and one whose capture is refused. */
  readonly methods: { readonly ok: string; readonly declined: string; readonly captureRefused: string };
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
      provider.authorise({ reference, amount: 1_250, currency: 'EUR', methodToken, idempotencyKey });
    async function authorised(methodToken?: string): Promise<string> {
      const answer = await authorise(methodToken);
      if (answer.outcome !== 'AUTHORISED') throw new Error(`not authorised: ${answer.reason}`);
      return answer.authorisationId;
    }
    const capture = (authorisationId: string, idempotencyKey = `${reference}:c`) =>
      provider.capture({ authorisationId, amount: 1_250, idempotencyKey });
    async function captured(): Promise<string> {
      const answer = await capture(await authorised());
      if (answer.outcome !== 'CAPTURED') throw new Error(`not captured: ${answer.reason}`);
      return answer.captureId;
    }
    const refund = (captureId: string) =>
      provider.refund({ captureId, amount: 1_250, idempotencyKey: `${reference}:r` });

    it('authorises, captures and refunds, and finds the payment by its reference', async () => {
      expect(await provider.find(reference)).toBeNull();
      const authorisationId = await authorised();
      expect(await provider.find(reference)).toEqual({
        authorisationId,
        declineReason: null,
        voided: false,
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
