import type { DataOf } from '#platform/events/defineEvent.ts';
import { onEvents } from '#platform/events/onEvent.ts';
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
import type { Heard } from '../context.ts';
import { enqueue } from '../webhooks/enqueue.ts';
import { patienceMs } from '../webhooks/watchVendors.ts';
import { eventTypes, payloadOf, storeOf, typeOfEvent, vendorOf } from '../webhooks/eventTypes.ts';

/**
 * Keeps what apps may be told of, and puts it into the lanes of the endpoints that ask for it. It is one consumer and
 * not one for each event, so that what is about one object keeps its order.
 */
export const onPartnerEvents = onEvents(
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
  async (event, { domain, tx }: Heard) => {
    const type = typeOfEvent(event.eventType);
    if (!type) return;
    await tx.webhookEvent.create({
      data: {
        id: event.eventId,
        type: type.type,
        object: event.metadata.aggregateId,
        objectVersion: event.metadata.aggregateVersion,
        storeId: storeOf(event),
        vendorId: vendorOf(event),
        data: payloadOf(type, event),
        happenedAt: new Date(event.timestamp),
      },
    });
    await enqueue(tx, domain.clock(), eventTypes, { eventIds: [event.eventId], again: false });
    if (event.eventType !== MarketplaceOrderChanged.name) return;
    const { vendorId, marketplaceOrderId, to } = event.data as DataOf<typeof MarketplaceOrderChanged>;
    if (to !== 'OFFERED') return;
    const dueAt = new Date(domain.clock().getTime() + patienceMs(domain));
    await tx.vendorWatch.create({ data: { eventId: event.eventId, vendorId, marketplaceOrderId, dueAt } });
  },
);
