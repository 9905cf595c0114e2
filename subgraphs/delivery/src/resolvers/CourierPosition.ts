import type { CourierPositionResolvers } from '#generated/delivery/resolvers.ts';

export const CourierPosition: CourierPositionResolvers = {
  at: ({ at }) => at.toISOString(),
};
