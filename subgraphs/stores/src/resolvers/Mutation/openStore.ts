import type { MutationResolvers } from '#generated/stores/resolvers.ts';
import { openStore as command } from '../../commands/openStore.ts';
import { taxesOf } from '../../storeInput.ts';
import { weekOfDays } from '../weekOfDays.ts';

export const openStore: MutationResolvers['openStore'] = async (_parent, { input }, { domain, principal }) => {
  const { position, openingHours, taxRegime, ...rest } = input;
  const week = weekOfDays(openingHours);
  if (!week)
    return {
      __typename: 'StoreInputProblem',
      field: 'openingHours',
      message: 'Name each day of the week once at most.',
    };
  const outcome = await command(domain, principal, {
    ...rest,
    postalCode: rest.postalCode ?? null,
    latitude: position.latitude,
    longitude: position.longitude,
    holidayRegion: rest.holidayRegion || null,
    ...taxesOf(taxRegime),
    week,
  });
  return outcome.kind === 'done'
    ? { __typename: 'OpenStoreSuccess', store: outcome.store }
    : { __typename: 'StoreInputProblem', field: outcome.field, message: outcome.message };
};
