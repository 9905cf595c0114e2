import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { CounterpartUnavailable } from '#platform/outward/outward.ts';
import type { Supplier } from './supplier.ts';

/** What a test needs from the supplier under test. */
export interface SupplierUnderTest {
  readonly supplier: Supplier;
  /** How the counterpart behaves from now on; what is left out is as usual. */
  behave(behaviour: object): void;
  send(reference: string): Promise<unknown>;
  cancel(reference: string): Promise<unknown>;
  /** The kinds of the ledger's lines for a reference, in order. */
  ledger(reference: string): string[];
}

/** The contract tests that every adapter of the port has to pass, against a supplier that really answers. */
export function supplierContract(name: string, underTest: () => SupplierUnderTest): void {
  describe(`supplier: ${name}`, () => {
    let reference: string;
    beforeEach(() => {
      reference = randomUUID();
      underTest().behave({});
    });
    const lines = [{ ingredientId: randomUUID(), packs: 3, packSize: 100 }];
    const order = () => underTest().supplier.order({ reference, storeId: randomUUID(), lines });

    it('places an order, once for a reference', async () => {
      const first = await order();
      expect(first).toMatchObject({ kind: 'placed', order: { status: 'ACCEPTED' } });
      if (first.kind === 'placed') expect(first.order.expectedAt?.getTime()).toBeGreaterThan(Date.now());
      expect(await order()).toEqual(first);
      expect(underTest().ledger(reference)).toEqual(['accepted']);
    });

    it('tells a refusal by its code in lower case', async () => {
      underTest().behave({ refuseReason: 'not_delivered_there' });
      expect(await order()).toEqual({ kind: 'refused', reason: 'not_delivered_there' });
      expect(await underTest().supplier.find(reference)).toBeNull();
    });

    it('finds what has become of an order by our reference', async () => {
      const { supplier, send, cancel } = underTest();
      expect(await supplier.find(reference)).toBeNull();
      await order();
      expect(await supplier.find(reference)).toMatchObject({ status: 'ACCEPTED' });
      await send(reference);
      expect(await supplier.find(reference)).toMatchObject({ status: 'SHIPPED' });
      reference = randomUUID();
      await order();
      await cancel(reference);
      expect(await supplier.find(reference)).toMatchObject({ status: 'CANCELLED' });
    });

    it('makes one order though answers are lost', async () => {
      underTest().behave({ loseAnswers: 2 });
      const failure: unknown = await order().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(CounterpartUnavailable);
      expect(failure).toMatchObject({ perhapsDone: true });
      expect(await order()).toMatchObject({ kind: 'placed' });
      expect(underTest().ledger(reference)).toEqual(['accepted']);
    });

    it('takes an error of the supplier for no answer', async () => {
      underTest().behave({ available: false });
      expect(await order().catch((error: unknown) => error)).toBeInstanceOf(CounterpartUnavailable);
      expect(underTest().ledger(reference)).toEqual([]);
    });
  });
}
