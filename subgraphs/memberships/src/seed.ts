import { seedCountries, type SeedCountry } from '#schema/seed/stores.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Benefit } from './benefits.ts';
import type { Memberships } from './context.ts';

const since = new Date('2025-01-01T00:00:00Z');
const benefits: Benefit[] = [{ kind: 'FREE_DELIVERY' }, { kind: 'POINTS_MULTIPLIER', percent: 200 }];
const monthlyItem: Benefit = { kind: 'MONTHLY_ITEM', menuItemId: seedId('menuItem', 'classic-burger') };

/** The prices of a month and of a year, in minor units. */
const prices: Readonly<Record<SeedCountry, readonly [month: number, year: number]>> = {
  DE: [999, 9_990],
  GB: [899, 8_990],
  US: [999, 9_990],
  JP: [980, 9_800],
};

/** Three plans: by the month; by the year, with an item in each month; a trial of 30 days that leads to the first. */
export async function seed(domain: Memberships): Promise<void> {
  await domain.db.plan.createMany({
    data: [
      { id: 'plus-monthly', name: { en: 'Plus', de: 'Plus', ja: 'プラス' }, months: 1, benefits },
      {
        id: 'plus-yearly',
        name: { en: 'Plus for a year', de: 'Plus für ein Jahr', ja: 'プラス年間' },
        months: 12,
        benefits: [...benefits, monthlyItem],
      },
      {
        id: 'plus-trial',
        name: { en: 'Try Plus', de: 'Plus probieren', ja: 'プラスお試し' },
        months: 0,
        trialDays: 30,
        thenPlanId: 'plus-monthly',
        benefits,
      },
    ],
    skipDuplicates: true,
  });
  await domain.db.planPrice.createMany({
    data: (Object.keys(prices) as SeedCountry[]).flatMap((country) => {
      const { currency, exponent } = seedCountries[country];
      const price = (planId: string, amount: number) => ({
        planId,
        country,
        amount,
        currency,
        exponent,
        holdsFrom: since,
        announcedAt: since,
      });
      const [month, year] = prices[country];
      return [price('plus-monthly', month), price('plus-yearly', year), price('plus-trial', 0)];
    }),
    skipDuplicates: true,
  });
}
