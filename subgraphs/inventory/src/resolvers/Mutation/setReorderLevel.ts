import type { MutationResolvers } from '#generated/inventory/resolvers.ts';
import { setReorderLevel as command } from '../../commands/setReorderLevel.ts';
import { changedMeanwhile } from '../changedMeanwhile.ts';
import { stockInputProblem, stockNotFound } from '../stockChangeResult.ts';

export const setReorderLevel: MutationResolvers['setReorderLevel'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await command(domain, principal, input);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'StockChangeSuccess', stock: [outcome.stockItem] };
    case 'changedMeanwhile':
      return {
        __typename: 'StockItemChangedMeanwhile',
        ...changedMeanwhile('the reorder level', outcome.stockItem, outcome),
        stockItem: outcome.stockItem,
      };
    case 'invalid':
      return stockInputProblem(outcome);
    case 'notFound':
      return stockNotFound;
  }
};
