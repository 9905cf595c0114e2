import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { closeStore as command } from '../../commands/changeStore.ts';
import { editResult } from '../editResult.ts';

export const closeStore: MutationResolvers['closeStore'] = async (_parent, { input }, { domain, principal }) =>
  editResult(await command(domain, principal, { ...input }), 'CloseStoreSuccess');
