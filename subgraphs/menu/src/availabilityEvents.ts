import type { NewEvent } from '#platform/events/defineEvent.ts';
import type { StreamAppend } from '#platform/events/eventLog.ts';
import { MenuItemAvailabilityChanged } from '#schema/events/menu.ts';
import { notOrderableReason, type StoreMenu } from './storeMenu.ts';

/**
 * What the feed of a store is told of a change: an event for each of the items that can thereby be ordered, or no
 * longer, or not for another reason.
 */
export const availabilityEvents = (
  before: StoreMenu,
  after: StoreMenu,
  itemIds: Iterable<string>,
  at: Date,
): NewEvent[] =>
  [...new Set(itemIds)].flatMap((menuItemId) => {
    const reason = notOrderableReason(after, menuItemId, at);
    if (reason === notOrderableReason(before, menuItemId, at)) return [];
    return MenuItemAvailabilityChanged.of({
      storeId: after.storeId,
      menuItemId,
      available: reason === null,
      reason,
      at: at.toISOString(),
    });
  });

/** Each of them the next of its own aggregate. */
export const oneOfEach = (events: readonly NewEvent[]): StreamAppend[] =>
  events.map((event) => ({ expectedVersion: null, events: [event] }));
