import type { MutationResolvers } from '#generated/delivery/resolvers.ts';
import { setCarrierRule as command } from '../../commands/setCarrierRule.ts';

export const setCarrierRule: MutationResolvers['setCarrierRule'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await command(domain, principal, input);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'CarrierRuleSet', rule: outcome.rule };
    case 'changedMeanwhile':
      return {
        __typename: 'CarrierRuleChangedMeanwhile',
        message: `Somebody changed the rule: it is at version ${outcome.rule.version}. Look at it, and change that.`,
        changedFields: [...outcome.fields],
        rule: outcome.rule,
      };
    case 'invalid':
      return { __typename: 'DeliveryInputInvalid', field: outcome.field, message: outcome.message };
  }
};
