import type { MutationResolvers } from '#generated/delivery/resolvers.ts';
import { changeCourier } from '../../commands/editCourier.ts';
import { courierResult } from '../courierResult.ts';

export const reactivateCourier: MutationResolvers['reactivateCourier'] = async (
  _parent,
  { input },
  { domain, principal },
) =>
  courierResult(
    await changeCourier(domain, principal, {
      mutation: 'reactivateCourier',
      displayName: null,
      active: true,
      ...input,
    }),
  );
