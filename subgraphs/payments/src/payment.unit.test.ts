import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decide,
  settle,
  transitions,
  type CommandKind,
  type Outcome,
  type PaymentStatus,
  type Situation,
} from './payment.ts';

const kinds = Object.keys(transitions) as CommandKind[];
const intents = ['REQUESTED', 'CAPTURE_REQUESTED', 'VOID_REQUESTED', 'REFUND_REQUESTED'] as const;
const settled = ['NONE', 'BLOCKED', 'AUTHORISED', 'DECLINED', 'CAPTURED', 'VOIDED', 'REFUNDED'] as const;
const outcomes: Outcome[] = ['AUTHORISED', 'DECLINED', 'CAPTURED', 'REFUSED', 'VOIDED', 'REFUNDED'];

describe('decide', () => {
  it('asks the provider from one situation for each command, and answers everywhere else', () => {
    const table = kinds.map((kind) => [
      kind,
      ...settled.map((situation) => {
        const decision = decide(kind, situation);
        return decision.kind === 'answer' ? decision.result.outcome : decision.kind;
      }),
    ]);
    expect(table).toEqual([
      // command     NONE       BLOCKED     AUTHORISED    DECLINED    CAPTURED      VOIDED      REFUNDED
      ['AUTHORISE', 'ask', 'DECLINED', 'AUTHORISED', 'DECLINED', 'AUTHORISED', 'DECLINED', 'DECLINED'],
      ['CAPTURE', 'REFUSED', 'REFUSED', 'ask', 'REFUSED', 'CAPTURED', 'REFUSED', 'REFUSED'],
      ['VOID', 'VOIDED', 'VOIDED', 'ask', 'VOIDED', 'REFUSED', 'VOIDED', 'VOIDED'],
      ['REFUND', 'REFUSED', 'REFUSED', 'REFUSED', 'REFUSED', 'ask', 'REFUSED', 'REFUNDED'],
    ]);
  });

  it.each(kinds.flatMap((kind) => intents.map((status) => [kind, status] as const)))(
    '%s waits for what %s will come to',
    (kind, status) => {
      expect(decide(kind, status)).toEqual({ kind: 'finishEarlier' });
    },
  );

  it('gives a reason with every refusal', () => {
    for (const { otherwise } of Object.values(transitions)) {
      for (const { outcome, reason } of Object.values(otherwise))
        expect(reason !== null).toBe(outcome === 'REFUSED' || outcome === 'DECLINED');
    }
  });
});

describe('settle', () => {
  it('captures and refunds the whole amount', () => {
    expect(settle('CAPTURE', 'CAPTURED', { amount: 900, captured: 0, refunded: 0 })).toEqual({
      status: 'CAPTURED',
      captured: 900,
      refunded: 0,
      moved: 900,
    });
    expect(settle('REFUND', 'REFUNDED', { amount: 900, captured: 900, refunded: 0 })).toEqual({
      status: 'REFUNDED',
      captured: 900,
      refunded: 900,
      moved: 900,
    });
  });

  it('moves no money when the provider refuses', () => {
    expect(settle('CAPTURE', 'REFUSED', { amount: 900, captured: 0, refunded: 0 })).toMatchObject({
      status: 'AUTHORISED',
      captured: 0,
    });
    expect(settle('REFUND', 'REFUSED', { amount: 900, captured: 900, refunded: 0 })).toMatchObject({
      status: 'CAPTURED',
      refunded: 0,
    });
  });

  it('refuses every outcome that the command cannot have', () => {
    for (const kind of kinds) {
      for (const outcome of outcomes.filter((each) => !(each in transitions[kind].to))) {
        expect(() => settle(kind, outcome, { amount: 1, captured: 0, refunded: 0 })).toThrow(outcome);
      }
    }
  });
});

describe('any history', () => {
  it('charges once, and never refunds more than was captured', () => {
    const step = fc.record({ kind: fc.constantFrom(...kinds), outcomeIndex: fc.nat(1) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 100_000 }), (steps, amount) => {
        let situation: Situation = 'NONE';
        let money = { amount, captured: 0, refunded: 0 };
        let authorisations = 0;
        for (const { kind, outcomeIndex } of steps) {
          const decision = decide(kind, situation);
          if (kind === 'VOID' && situation === 'NONE') situation = 'BLOCKED';
          if (decision.kind !== 'ask') continue;
          const possible = Object.keys(transitions[kind].to) as Outcome[];
          const outcome = possible[outcomeIndex % possible.length]!;
          const { status, ...next } = settle(kind, outcome, money);
          if (outcome === 'AUTHORISED') authorisations += 1;
          situation = status;
          money = { amount, captured: next.captured, refunded: next.refunded };
          expect(money.captured - money.refunded).toBeGreaterThanOrEqual(0);
          expect(money.captured).toBeLessThanOrEqual(amount);
        }
        expect(authorisations).toBeLessThanOrEqual(1);
        const kept: Partial<Record<PaymentStatus, number>> = { CAPTURED: amount };
        expect(money.captured - money.refunded).toBe(kept[situation as PaymentStatus] ?? 0);
      }),
    );
  });
});
