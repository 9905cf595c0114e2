import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { changeStore as command } from '../../commands/changeStore.ts';
import { taxesOf } from '../../storeInput.ts';
import { editResult } from '../editResult.ts';

export const changeStore: MutationResolvers['changeStore'] = async (_parent, { input }, { domain, principal }) => {
  const { idempotencyKey, storeId, expectedVersion, position, taxRegime, ...details } = input;
  const edit = { idempotencyKey, storeId, expectedVersion };
  return editResult(
    await command(
      domain,
      principal,
      edit,
      { ...details, latitude: position?.latitude, longitude: position?.longitude },
      taxRegime ? taxesOf(taxRegime) : undefined,
    ),
    'ChangeStoreSuccess',
  );
};
