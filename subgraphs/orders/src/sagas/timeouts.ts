import { z } from 'zod';

const seconds = (usual: number) => z.coerce.number().positive().default(usual);

/** How long an order may wait at each place before it is called off. */
export const orderConfiguration = z.object({
  /** For the kitchen to begin. */
  ORDER_KITCHEN_START_SECONDS: seconds(15 * 60),
  /** For the kitchen to finish, once it has begun. */
  ORDER_KITCHEN_READY_SECONDS: seconds(45 * 60),
  /** For the guest, or the courier, to collect the food once it is ready. */
  ORDER_COLLECTION_SECONDS: seconds(60 * 60),
  /** For the courier to deliver, once under way. */
  ORDER_DELIVERY_SECONDS: seconds(90 * 60),
});

export type Timeout = keyof z.output<typeof orderConfiguration>;
