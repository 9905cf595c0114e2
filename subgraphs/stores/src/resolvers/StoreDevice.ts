import type { StoreDeviceResolvers, StoreDeviceRole } from '#generated/stores/resolvers.ts';
import { isId } from '#platform/domain/id.ts';
import { mayManage } from '../ownership.ts';

export const StoreDevice: StoreDeviceResolvers = {
  async __resolveReference({ id }, { domain, principal }) {
    const device = isId(id) ? await domain.db.device.findUnique({ where: { id } }) : null;
    return device?.storeId && mayManage(principal, device.storeId) ? device : null;
  },
  // Only devices that are enrolled are ever shown, and these have a name.
  name: ({ name }) => name!,
  role: ({ role }) => role as StoreDeviceRole,
  enrolledAt: ({ enrolledAt }) => enrolledAt!.toISOString(),
  lastSeenAt: ({ lastSeenAt }) => lastSeenAt?.toISOString() ?? null,
  revokedAt: ({ revokedAt }) => revokedAt?.toISOString() ?? null,
};
