import type { MutationResolvers } from '#generated/delivery/resolvers.ts';
import { changeCourier as command } from '../../commands/editCourier.ts';
import { courierResult } from '../courierResult.ts';

export const changeCourier: MutationResolvers['changeCourier'] = async (_parent, { input }, { domain, principal }) =>
  courierResult(
    await command(domain, principal, { mutation: 'changeCourier', active: null, displayName: null, ...input }),
  );
