import type { MutationResolvers } from '#generated/inventory/resolvers.ts';
import { adjustStock as command } from '../../commands/adjustStock.ts';
import { stockChangeResult } from '../stockChangeResult.ts';

export const adjustStock: MutationResolvers['adjustStock'] = async (
  _parent,
  { input },
  { domain, principal, loaders },
) => {
  const outcome = await command(domain, principal, input);
  if (outcome.kind !== 'negative') return stockChangeResult(outcome, loaders);
  const { onHand } = outcome;
  return {
    __typename: 'StockWouldBeNegative',
    onHand,
    message: `Only ${onHand} are on hand; the rest is reserved for orders. Take away less.`,
  };
};
