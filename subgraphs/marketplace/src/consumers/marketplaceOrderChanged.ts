import { forwardEvent } from '#platform/events/onEvent.ts';
import { MarketplaceOrderChanged } from '#schema/events/marketplace.ts';
import { sellForVendorSaga, type SaleNews } from '../sagas/sellForVendor.ts';

/** The news for the saga in each status that the vendor or the customer can cause. */
const newsOf: Partial<Record<string, SaleNews['news']>> = {
  ACCEPTED: 'accepted',
  FULFILLED: 'fulfilled',
  DECLINED: 'ended',
  CANCELLED: 'ended',
};

export const onMarketplaceOrderChanged = forwardEvent(
  MarketplaceOrderChanged,
  'marketplace.marketplaceOrderChanged',
  ({ eventId, data }) => sellForVendorSaga.signal(data.marketplaceOrderId, {}, { news: newsOf[data.to]! }, eventId),
  ({ data }) => newsOf[data.to] !== undefined,
);
