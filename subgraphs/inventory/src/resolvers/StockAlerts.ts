import type { StockAlertsResolvers } from '#generated/inventory/resolvers.ts';

export const StockAlerts: StockAlertsResolvers = {
  changed: ({ changed }) => [...changed],
  removed: ({ removed }) => [...removed],
};
