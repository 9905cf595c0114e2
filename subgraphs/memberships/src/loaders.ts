import DataLoader from 'dataloader';
import type { Charge, Membership, Plan } from '#generated/memberships/prisma/client.ts';
import type { Memberships } from './context.ts';

/** A charge with the currency of its membership. */
export type ChargeView = Charge & Pick<Membership, 'currency' | 'exponent'>;

export interface Loaders {
  readonly planById: DataLoader<string, Plan>;
  /** What was asked for a membership, newest first, at most 50. */
  readonly chargesOf: DataLoader<Membership, ChargeView[], string>;
}

const most = 50;

export function loaders(domain: Memberships): Loaders {
  return {
    planById: new DataLoader(async (ids) => {
      const plans = new Map(
        (await domain.db.plan.findMany({ where: { id: { in: [...ids] } } })).map((plan) => [plan.id, plan]),
      );
      return ids.map((id) => plans.get(id) ?? new Error(`the plan ${id} does not exist`));
    }),
    chargesOf: new DataLoader(
      async (memberships) => {
        const charges = await domain.db.charge.findMany({
          where: { membershipId: { in: memberships.map(({ id }) => id) } },
          orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        });
        return memberships.map(({ id, currency, exponent }) =>
          charges
            .filter(({ membershipId }) => membershipId === id)
            .slice(0, most)
            .map((charge) => ({ ...charge, currency, exponent })),
        );
      },
      { cacheKeyFn: ({ id }) => id },
    ),
  };
}
