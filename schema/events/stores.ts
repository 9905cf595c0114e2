import { z } from 'zod';
import { defineEvent } from '#platform/events/defineEvent.ts';
import { id, instant } from './fields.ts';

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
