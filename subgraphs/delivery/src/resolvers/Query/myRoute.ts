import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { findRoute } from '../../findJobs.ts';
import { currentCourier } from '../currentCourier.ts';

export const myRoute: QueryResolvers['myRoute'] = async (_parent, _args, context) => {
  const courier = await currentCourier(context);
  return courier && findRoute(context.domain, courier);
};
