import { z } from 'zod';

const seconds = (usual: number, what: string) =>
  z.coerce.number().positive().default(usual).describe(`how long an order waits ${what} before it is cancelled`);

/** How long an order may wait for each of its next steps before the saga cancels it, and how long it should wait. */
export const config = z.object({
  ORDER_PAYMENT_CONFIRMATION_SECONDS: seconds(15 * 60, 'for the guest to confirm the payment with their bank'),
  ORDER_KITCHEN_START_SECONDS: seconds(15 * 60, 'for the kitchen to start'),
  ORDER_KITCHEN_TARGET_SECONDS: z.coerce
    .number()
    .positive()
    .default(10 * 60)
    .describe('how long after it was placed an order should be ready: kitchens see which are late'),
  ORDER_KITCHEN_READY_SECONDS: seconds(45 * 60, 'for the kitchen to finish after it has started'),
  ORDER_COLLECTION_SECONDS: seconds(60 * 60, 'for the guest or the courier to collect the food after it is ready'),
  ORDER_DELIVERY_SECONDS: seconds(90 * 60, 'for the courier to deliver after picking the food up'),
});

export type Timeout = Exclude<keyof z.output<typeof config>, 'ORDER_KITCHEN_TARGET_SECONDS'>;
