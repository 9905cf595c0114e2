import type { QueryResolvers } from '#generated/menu/resolvers.ts';
import { availabilityOf } from '../../availability.ts';

export const menuAvailability: QueryResolvers['menuAvailability'] = (_parent, { storeId, since }, { domain }) =>
  availabilityOf(domain, storeId, since ?? null);
