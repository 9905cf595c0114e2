import { randomUUID } from 'node:crypto';
import { seedId } from '#schema/seed/seedId.ts';
import { demoStore } from './startTestSystem.ts';

/** Two of an item that every store sells and that has no options. */
export const cheeseburgers = { menuItemId: seedId('menuItem', 'cheeseburger'), quantity: 2 };

/** The input with which a client places an order; a scenario can replace parts of it. */
export const orderInput = <Over extends object>(
  service: 'KIOSK' | 'TAKEAWAY' | 'DINE_IN' | 'DELIVERY',
  over?: Over,
) => ({
  storeId: demoStore,
  service,
  lines: [cheeseburgers],
  payment: { methodToken: 'tok_visa' },
  idempotencyKey: randomUUID(),
  ...over,
});

type Placed<Result> = Extract<Result, { readonly __typename: 'PlaceOrderSuccess' }>;

/** Returns the placed order. @throws for any other result, with its message */
export function orderOf<Result extends { readonly __typename: string }>(
  result: Result,
): Placed<Result> extends { readonly order: infer Order } ? Order : never {
  if (result.__typename !== 'PlaceOrderSuccess') throw new Error(`not placed: ${JSON.stringify(result)}`);
  return (result as unknown as { order: never }).order;
}
