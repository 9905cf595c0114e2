import type { MutationResolvers } from '#generated/delivery/resolvers.ts';
import { changeCourier } from '../../commands/editCourier.ts';
import { courierResult } from '../courierResult.ts';

export const deactivateCourier: MutationResolvers['deactivateCourier'] = async (
  _parent,
  { input },
  { domain, principal },
) =>
  courierResult(
    await changeCourier(domain, principal, {
      mutation: 'deactivateCourier',
      displayName: null,
      active: false,
      ...input,
    }),
  );
