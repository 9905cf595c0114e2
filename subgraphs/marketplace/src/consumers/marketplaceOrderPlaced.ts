import { forwardEvent } from '#platform/events/onEvent.ts';
import { MarketplaceOrderPlaced } from '#schema/events/marketplace.ts';
import { sellForVendorSaga } from '../sagas/sellForVendor.ts';

/** Starts the saga of an order, so that every one has a saga, even when the process dies right after it was taken. */
export const onMarketplaceOrderPlaced = forwardEvent(
  MarketplaceOrderPlaced,
  'marketplace.marketplaceOrderPlaced',
  ({ data }) => sellForVendorSaga.start(data.marketplaceOrderId, {}),
);
