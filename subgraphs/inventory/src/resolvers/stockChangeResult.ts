import type { StockChangeOutcome } from '../commands/receiveStock.ts';
import type { Loaders } from '../loaders.ts';

export const stockNotFound = {
  __typename: 'StockNotFound',
  message: 'No store that is yours keeps such an ingredient. Check the ids, and the store your token is bound to.',
} as const;

export const stockInputProblem = ({ field, message }: { readonly field: string; readonly message: string }) =>
  ({ __typename: 'StockInputProblem', field, message }) as const;

/** The outcome of a command as a result type of the schema. */
export async function stockChangeResult(outcome: Exclude<StockChangeOutcome, { kind: 'negative' }>, loaders: Loaders) {
  switch (outcome.kind) {
    case 'notFound':
      return stockNotFound;
    case 'invalid':
      return stockInputProblem(outcome);
    case 'done': {
      const stock = await loaders.stockItem.loadMany(
        outcome.ingredientIds.map((ingredientId) => ({ storeId: outcome.storeId, ingredientId })),
      );
      return {
        __typename: 'StockChangeSuccess',
        stock: stock.flatMap((item) => (item && !(item instanceof Error) ? [item] : [])),
      } as const;
    }
  }
}
