import { z } from 'zod';

const seconds = (usual: number, what: string) =>
  z.coerce.number().positive().default(usual).describe(`how long an order waits ${what}, before it is called off`);

/** How long an order may wait at each place before it is called off. */
export const config = z.object({
  ORDER_KITCHEN_START_SECONDS: seconds(15 * 60, 'for the kitchen to begin'),
  ORDER_KITCHEN_READY_SECONDS: seconds(45 * 60, 'for the kitchen to finish, once it has begun'),
  ORDER_COLLECTION_SECONDS: seconds(60 * 60, 'for the guest, or the courier, to collect the food once it is ready'),
  ORDER_DELIVERY_SECONDS: seconds(90 * 60, 'for the courier to deliver, once under way'),
});

export type Timeout = keyof z.output<typeof config>;
