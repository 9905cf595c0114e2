import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { CounterpartUnavailable } from '#platform/outward/outward.ts';
import type { DeliveryPartner } from './deliveryPartner.ts';

/** What a test needs from the partner under test. */
export interface PartnerUnderTest {
  readonly partner: DeliveryPartner;
  /** How the counterpart behaves from now on; what is left out is as usual. */
  behave(behaviour: object): Promise<void>;
  /** What a courier of the partner does, or the partner itself. */
  advance(reference: string, to: string, reason?: string): Promise<void>;
  locate(reference: string, position: { latitude: number; longitude: number }): Promise<void>;
  /** What the partner's own ledger has of a reference, in order. */
  ledger(reference: string): Promise<string[]>;
  suspend(): Promise<void>;
  resume(): Promise<void>;
}

const way = {
  pickup: { latitude: 52.52, longitude: 13.405 },
  dropoff: { latitude: 52.53, longitude: 13.41 },
};

/** The contract tests that every adapter of the port has to pass, against a partner that really answers. */
export function deliveryPartnerContract(name: string, underTest: () => PartnerUnderTest): void {
  describe(`delivery partner: ${name}`, () => {
    let reference: string;
    let partner: DeliveryPartner;
    beforeEach(async () => {
      reference = randomUUID();
      partner = underTest().partner;
      await underTest().behave({});
    });
    const create = () =>
      partner.create({
        ...way,
        reference,
        recipient: { name: 'Ada', phone: null, address: 'Lindenallee 3, 10115 Berlin' },
        promisedAt: new Date(Date.now() + 3_600_000),
      });

    it('quotes in minor units and with an arrival, or refuses', async () => {
      await underTest().behave({ price: 490, minutes: 25 });
      const quote = await partner.quote(way);
      expect(quote).toMatchObject({ kind: 'offered', price: 490, currency: 'EUR' });
      if (quote.kind === 'offered') expect(quote.arrivesAt.getTime()).toBeGreaterThan(Date.now() + 20 * 60_000);
      await underTest().behave({ declineReason: 'out_of_area' });
      expect(await partner.quote(way)).toEqual({ kind: 'refused', reason: 'out_of_area' });
    });

    it('takes a job, and tells how far it has come and where its courier is', async () => {
      expect(await partner.find(reference)).toBeNull();
      expect(await create()).toEqual({ kind: 'placed', job: { status: 'PENDING', reason: null, position: null } });
      await underTest().advance(reference, 'assigned');
      await underTest().locate(reference, { latitude: 52.521, longitude: 13.406 });
      expect(await partner.find(reference)).toMatchObject({
        status: 'ASSIGNED',
        position: { latitude: 52.521, longitude: 13.406 },
      });
      await underTest().advance(reference, 'collected');
      expect(await partner.find(reference)).toMatchObject({ status: 'PICKED_UP' });
      await underTest().advance(reference, 'delivered');
      expect(await partner.find(reference)).toMatchObject({ status: 'DELIVERED' });
    });

    it('declines, and says why', async () => {
      await underTest().behave({ declineReason: 'no_riders' });
      expect(await create()).toEqual({ kind: 'refused', reason: 'no_riders' });
      expect(await partner.find(reference)).toBeNull();
    });

    it('tells why a job failed', async () => {
      await create();
      await underTest().advance(reference, 'failed', 'accident');
      expect(await partner.find(reference)).toMatchObject({ status: 'FAILED', reason: 'accident' });
    });

    it('takes one job for one reference, however often it is asked at once', async () => {
      const answers = await Promise.all([1, 2, 3, 4].map(create));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(await underTest().ledger(reference)).toEqual(['placed']);
    });

    it('takes one job when the answer is lost, or 500 comes first', async () => {
      await underTest().behave({ loseAnswers: 1 });
      expect(await create()).toMatchObject({ kind: 'placed' });
      expect(await underTest().ledger(reference)).toEqual(['placed']);
      reference = randomUUID();
      await underTest().behave({ failures: 1 });
      expect(await create()).toMatchObject({ kind: 'placed' });
      expect(await underTest().ledger(reference)).toEqual(['placed']);
    });

    it('cancels once, also when the answer is lost, and says what it does not know', async () => {
      expect(await partner.cancel(reference)).toBe('unknown');
      await create();
      await underTest().behave({ loseAnswers: 1 });
      expect(await partner.cancel(reference)).toBe('cancelled');
      expect(await partner.cancel(reference)).toBe('cancelled');
      expect(await underTest().ledger(reference)).toEqual(['placed', 'cancelled']);
      expect(await partner.find(reference)).toMatchObject({ status: 'CANCELLED' });
    });

    it('does not cancel what is picked up or delivered', async () => {
      await create();
      await underTest().advance(reference, 'assigned');
      await underTest().advance(reference, 'collected');
      expect(await partner.cancel(reference)).toBe('gone');
      await underTest().advance(reference, 'delivered');
      expect(await partner.cancel(reference)).toBe('gone');
    });

    it('rejects while it is not there, saying whether a job may have been made, and succeeds later', async () => {
      await underTest().behave({ available: false });
      await expect(create()).rejects.toMatchObject({ name: 'CounterpartUnavailable', perhapsDone: true });
      await underTest().suspend();
      const refused = await create().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(CounterpartUnavailable);
      expect(refused).toMatchObject({ perhapsDone: false });
      await underTest().resume();
      expect(await create()).toMatchObject({ kind: 'placed' });
      expect(await underTest().ledger(reference)).toEqual(['placed']);
    });
  });
}
