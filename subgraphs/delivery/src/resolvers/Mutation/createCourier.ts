import type { MutationResolvers } from '#generated/delivery/resolvers.ts';
import { createCourier as command } from '../../commands/editCourier.ts';
import { courierResult } from '../courierResult.ts';

export const createCourier: MutationResolvers['createCourier'] = async (_parent, { input }, { domain, principal }) =>
  courierResult(await command(domain, principal, input));
