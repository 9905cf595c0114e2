import type { QueryResolvers } from '#generated/stores/resolvers.ts';
import { mostDevices } from '../../devices/enrolDevice.ts';
import { mayManage } from '../../ownership.ts';

export const storeDevices: QueryResolvers['storeDevices'] = (_parent, { storeId }, { domain, principal }) =>
  mayManage(principal, storeId)
    ? domain.db.device.findMany({
        where: { storeId, revokedAt: null },
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
        take: mostDevices,
      })
    : null;
