import type { NewEvent } from '#platform/events/defineEvent.ts';
import type { StreamAppend } from '#platform/events/eventLog.ts';
import { MenuItemAvailabilityChanged } from '#schema/events/menu.ts';
import { notOrderableReason, type StoreMenu } from './storeMenu.ts';

/**
 * The events that a change causes in the feed of one store: one for each item that can now be ordered, can no longer
 * be ordered, or cannot be ordered for another reason than before.
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

/** Appends each event as the next one of its own aggregate, whatever version that aggregate has. */
export const oneOfEach = (events: readonly NewEvent[]): StreamAppend[] =>
  events.map((event) => ({ expectedVersion: null, events: [event] }));
