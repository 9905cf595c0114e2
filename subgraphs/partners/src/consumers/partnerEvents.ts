import type { DataOf, EventEnvelope } from '#platform/events/defineEvent.ts';
import { onEventsAtOnce } from '#platform/events/onEvent.ts';
import { DeliveryTermsChanged } from '#schema/events/delivery.ts';
import { MarketplaceOrderChanged } from '#schema/events/marketplace.ts';
import { MenuItemAvailabilityChanged, MenuItemChanged } from '#schema/events/menu.ts';
import { OrderStatusChanged } from '#schema/events/orders.ts';
import {
  StoreClosed,
  StoreDetailsChanged,
  StoreHoursChanged,
  StoreOpened,
  StoreOrderingChanged,
} from '#schema/events/stores.ts';
import type { Partners } from '../context.ts';
import { keeping } from '../webhooks/enqueue.ts';
import { patienceMs } from '../webhooks/watchVendors.ts';
import { payloadOf, storeOf, typeOfEvent, vendorOf } from '../webhooks/eventTypes.ts';

/**
 * Keeps what apps may be told of, and puts it into the lanes of the endpoints that ask for it. It is one consumer and
 * not one for each event, so that what is about one object keeps its order.
 */
export const onPartnerEvents = onEventsAtOnce(
  [
    StoreOpened,
    StoreDetailsChanged,
    StoreHoursChanged,
    StoreOrderingChanged,
    StoreClosed,
    MenuItemChanged,
    MenuItemAvailabilityChanged,
    DeliveryTermsChanged,
    OrderStatusChanged,
    MarketplaceOrderChanged,
  ],
  'partners.webhooks',
  (event, domain: Partners) => {
    const type = typeOfEvent(event.eventType)!;
    return keeping(domain.clock(), type, {
      object: event.metadata.aggregateId,
      objectVersion: event.metadata.aggregateVersion,
      storeId: storeOf(event),
      vendorId: vendorOf(event),
      data: payloadOf(type, event),
      happenedAt: new Date(event.timestamp),
      watchedUntil: isOffered(event) ? new Date(domain.clock().getTime() + patienceMs(domain)) : null,
    });
  },
);

const isOffered = ({ eventType, data }: EventEnvelope): boolean =>
  eventType === MarketplaceOrderChanged.name && (data as DataOf<typeof MarketplaceOrderChanged>).to === 'OFFERED';
