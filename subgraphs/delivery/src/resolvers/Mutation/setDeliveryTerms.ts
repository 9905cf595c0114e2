import type { MutationResolvers } from '#generated/delivery/resolvers.ts';
import { setDeliveryTerms as command } from '../../commands/setDeliveryTerms.ts';

export const setDeliveryTerms: MutationResolvers['setDeliveryTerms'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await command(domain, principal, input);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'DeliveryTermsSet', terms: outcome.terms };
    case 'changedMeanwhile':
      return {
        __typename: 'DeliveryTermsChangedMeanwhile',
        message: `Somebody changed the terms: they are at version ${outcome.terms.version}. Look at them, and change those.`,
        changedFields: [...outcome.fields],
        terms: outcome.terms,
      };
    case 'invalid':
      return { __typename: 'DeliveryInputInvalid', field: outcome.field, message: outcome.message };
  }
};
