import { onEvents } from '#platform/events/onEvent.ts';
import { DeliveryTermsChanged } from '#schema/events/delivery.ts';
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
import { eventTypes, payloadOf, storeOf, typeOfEvent } from '../webhooks/eventTypes.ts';

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
        data: payloadOf(type, event),
        happenedAt: new Date(event.timestamp),
      },
    });
    await enqueue(tx, domain.clock(), eventTypes, { eventIds: [event.eventId], again: false });
  },
);
