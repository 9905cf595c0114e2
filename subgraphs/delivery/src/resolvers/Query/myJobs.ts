import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { findRoute } from '../../findJobs.ts';
import { currentCourier } from '../currentCourier.ts';

export const myJobs: QueryResolvers['myJobs'] = async (_parent, _args, context) => {
  const courier = await currentCourier(context);
  if (!courier) return null;
  return (await findRoute(context.domain, courier)).stops.map(({ job }) => job.delivery);
};
