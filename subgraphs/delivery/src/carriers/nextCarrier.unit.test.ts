import { describe, expect, it } from 'vitest';
import type { PartnerName } from '../deliveryPartners/deliveryPartner.ts';
import type { CarrierChoice } from './carrierRule.ts';
import { nextCarrier, type NextCarrier } from './nextCarrier.ts';

const both: readonly PartnerName[] = ['VELO', 'STADTBOTE'];

/** Asks until somebody else would be asked than before for ever, or nobody is left. */
function asked(
  choice: CarrierChoice,
  partners: readonly PartnerName[],
  becomes: (partner: PartnerName) => 'refused' | 'unreached',
): string[] {
  const tried = { ownCouriers: false, partners: new Map<PartnerName, { refused: boolean; unreached: number }>() };
  const steps: string[] = [];
  for (let n = 0; n < 30; n++) {
    const next: NextCarrier = nextCarrier({ choice, partners }, tried);
    if (next.kind === 'nobody') return [...steps, 'nobody'];
    if (next.kind === 'ownCouriers') {
      steps.push('own couriers');
      if (tried.ownCouriers || partners.length === 0) return steps;
      tried.ownCouriers = true;
      continue;
    }
    const before = tried.partners.get(next.partner) ?? { refused: false, unreached: 0 };
    steps.push(next.afterMs === 0 ? next.partner : `${next.partner} after ${next.afterMs / 1_000} s`);
    tried.partners.set(
      next.partner,
      becomes(next.partner) === 'refused'
        ? { ...before, refused: true }
        : { ...before, unreached: before.unreached + 1 },
    );
  }
  return steps;
}

describe('who is asked next', () => {
  it('is our own couriers for ever, for a store without partners', () => {
    expect(asked('OWN_COURIERS', [], () => 'refused')).toEqual(['own couriers']);
    expect(nextCarrier({ choice: 'FASTEST', partners: [] }, { ownCouriers: true, partners: new Map() }).kind).toBe(
      'ownCouriers',
    );
  });

  it('is our own couriers, then each partner once, and then nobody', () => {
    expect(asked('OWN_COURIERS', both, () => 'refused')).toEqual(['own couriers', 'VELO', 'STADTBOTE', 'nobody']);
  });

  it.each(['PARTNERS', 'CHEAPEST', 'FASTEST'] as const)(
    'with %s is partners in their order, then our own',
    (choice) => {
      expect(asked(choice, both, () => 'refused')).toEqual(['VELO', 'STADTBOTE', 'own couriers', 'nobody']);
    },
  );

  it('is the other partner at once while one is down, which is asked again, with pauses, in the end', () => {
    expect(asked('PARTNERS', both, (partner) => (partner === 'VELO' ? 'unreached' : 'refused'))).toEqual([
      'VELO',
      'STADTBOTE',
      'own couriers',
      'VELO after 15 s',
      'VELO after 30 s',
      'VELO after 45 s',
      'nobody',
    ]);
  });
});
