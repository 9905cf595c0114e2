import type { CourierResolvers } from '#generated/delivery/resolvers.ts';
import { openDisplayName } from '../displayName.ts';
import { isAdmin } from '#platform/identity/principal.ts';
import { courierOf } from '../ownership.ts';
import { visiblePosition } from './visiblePosition.ts';

export const Courier: CourierResolvers = {
  __resolveReference: async ({ id }, { loaders }) =>
    (await loaders.courierAccess.load(id)).name ? loaders.courierById.load(id) : null,
  displayName: async (courier, _args, { domain, loaders }) =>
    (await loaders.courierAccess.load(courier.id)).name ? openDisplayName(domain, courier) : null,
  available: ({ id, available }, _args, { principal }) =>
    courierOf(principal) === id || isAdmin(principal) ? available : null,
  active: ({ id, deactivatedAt }, _args, { principal }) =>
    courierOf(principal) === id || isAdmin(principal) ? deactivatedAt === null : null,
  position: ({ id }, _args, context) => visiblePosition(context, id),
};
