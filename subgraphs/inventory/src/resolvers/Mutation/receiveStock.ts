import type { MutationResolvers } from '#generated/inventory/resolvers.ts';
import { receiveStock as command } from '../../commands/receiveStock.ts';
import { stockChangeResult } from '../stockChangeResult.ts';

export const receiveStock: MutationResolvers['receiveStock'] = async (
  _parent,
  { input },
  { domain, principal, loaders },
) => {
  const outcome = await command(domain, principal, input);
  if (outcome.kind === 'negative') throw new Error('receiving goods cannot make the stock negative');
  return stockChangeResult(outcome, loaders);
};
