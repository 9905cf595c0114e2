import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { findRoute } from '../../findJobs.ts';
import { currentCourier } from '../currentCourier.ts';

export const nextStop: QueryResolvers['nextStop'] = async (_parent, _args, context) => {
  const courier = await currentCourier(context);
  return courier && ((await findRoute(context.domain, courier)).stops[0] ?? null);
};
