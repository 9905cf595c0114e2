import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { visiblePosition } from '../visiblePosition.ts';

export const courierPosition: QueryResolvers['courierPosition'] = (_parent, { courierId }, context) =>
  visiblePosition(context, courierId);
