import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { currency, id, instant } from './fields.ts';

/** A store paused or resumed taking orders. */
export const StoreOrderingChanged = defineEvent({
  name: 'StoreOrderingChanged',
  domain: 'stores',
  version: '1.0',
  aggregate: (data) => `store:${data.storeId}`,
  schema: z.object({ storeId: id, accepting: z.boolean(), reason: z.string().nullable(), at: instant }),
});

/** Opening hours of a store changed: read them again. */
export const StoreHoursChanged = defineEvent({
  name: 'StoreHoursChanged',
  domain: 'stores',
  version: '1.0',
  aggregate: (data) => `store:${data.storeId}`,
  schema: z.object({ storeId: id, at: instant }),
});

/** A store is there for the first time: orders can be placed there once it is open and has a menu. */
export const StoreOpened = defineEvent({
  name: 'StoreOpened',
  domain: 'stores',
  version: '1.0',
  aggregate: (data) => `store:${data.storeId}`,
  schema: z.object({ storeId: id, country: z.string(), currency, at: instant }),
});

/** What is said of a store changed, but for its hours and whether it takes orders: read it again. */
export const StoreDetailsChanged = defineEvent({
  name: 'StoreDetailsChanged',
  domain: 'stores',
  version: '1.0',
  aggregate: (data) => `store:${data.storeId}`,
  schema: z.object({ storeId: id, at: instant }),
});

/** A store is closed for good: it takes no orders any more. */
export const StoreClosed = defineEvent({
  name: 'StoreClosed',
  domain: 'stores',
  version: '1.0',
  aggregate: (data) => `store:${data.storeId}`,
  schema: z.object({ storeId: id, at: instant }),
});
