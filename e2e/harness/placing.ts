import { randomUUID } from 'node:crypto';
import { seedId } from '#schema/seed/seedId.ts';
import { demoStore } from './startTestSystem.ts';

/** Two of something that every store sells, without choices to make. */
export const cheeseburgers = { menuItemId: seedId('menuItem', 'cheeseburger'), quantity: 2 };

/** What a client sends to order, with whatever a scenario wants otherwise. */
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

/** The order that was placed. @throws for any other result, with what it says */
export function orderOf<Result extends { readonly __typename: string }>(
  result: Result,
): Placed<Result> extends { readonly order: infer Order } ? Order : never {
  if (result.__typename !== 'PlaceOrderSuccess') throw new Error(`not placed: ${JSON.stringify(result)}`);
  return (result as unknown as { order: never }).order;
}
