import type { StopResolvers } from '#generated/delivery/resolvers.ts';

export const Stop: StopResolvers = {
  delivery: ({ job }) => job.delivery,
};
