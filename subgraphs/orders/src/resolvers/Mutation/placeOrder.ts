import type { MutationResolvers } from '#generated/orders/resolvers.ts';
import { placeOrder as command } from '../../commands/placeOrder.ts';

export const placeOrder: MutationResolvers['placeOrder'] = async (
  _parent,
  { input },
  { domain, principal, loaders },
) => {
  const outcome = await command(domain, principal, input);
  if (outcome.kind === 'problem') return outcome.problem;
  const order = outcome.order ?? (await loaders.orderById.load(outcome.orderId));
  if (!order) throw new Error(`order ${outcome.orderId} was placed, but is not visible to the caller who placed it`);
  return { __typename: 'PlaceOrderSuccess', order };
};
