import type { QueryResolvers } from '#generated/inventory/resolvers.ts';
import { ownsStore } from '../../ownership.ts';
import { stockAlertsOf } from '../../stockAlerts.ts';

export const stockAlerts: QueryResolvers['stockAlerts'] = (_parent, { storeId, since }, { domain, principal }) =>
  ownsStore(principal, storeId) ? stockAlertsOf(domain, storeId, since ?? null) : null;
