import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { currency, id, instant } from './fields.ts';

/** A store paused or resumed taking orders, or tells another reason for its pause. */
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

/** A manager let a screen or kiosk work for a store. */
export const StoreDeviceEnrolled = defineEvent({
  name: 'StoreDeviceEnrolled',
  domain: 'stores',
  version: '1.0',
  aggregate: (data) => `device:${data.deviceId}`,
  schema: z.object({ deviceId: id, storeId: id, role: z.string(), at: instant }),
});

/** A screen or kiosk lost its access: tokens that were issued to it up to then are not to be accepted any more. */
export const StoreDeviceRevoked = defineEvent({
  name: 'StoreDeviceRevoked',
  domain: 'stores',
  version: '1.0',
  aggregate: (data) => `device:${data.deviceId}`,
  schema: z.object({ deviceId: id, storeId: id, at: instant }),
});
