import type { QueryResolvers } from '#generated/inventory/resolvers.ts';
import { ownsStock } from '../../ownership.ts';
import { stockAlertsOf } from '../../stockAlerts.ts';

export const stockAlerts: QueryResolvers['stockAlerts'] = (_parent, { storeId, since }, { domain, principal }) =>
  ownsStock(principal, 'stock:read', storeId) ? stockAlertsOf(domain, storeId, since ?? null) : null;
