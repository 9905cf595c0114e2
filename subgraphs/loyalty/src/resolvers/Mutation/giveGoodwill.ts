import type { MutationResolvers } from '#generated/loyalty/resolvers.ts';
import { giveGoodwill as command } from '../../commands/giveGoodwill.ts';

const ofWhom = { customer: 'The customer can be given', giver: 'You can give' } as const;

export const giveGoodwill: MutationResolvers['giveGoodwill'] = async (_parent, { input }, { domain, principal }) => {
  const outcome = await command(domain, principal, { ...input, orderId: input.orderId ?? null });
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'GoodwillGiven', customerId: input.customerId, balance: outcome.account.balance };
    case 'limit':
      return {
        __typename: 'GoodwillLimitReached',
        left: outcome.left,
        message: `${ofWhom[outcome.of]} ${outcome.left} more points today. Give fewer, or ask an admin.`,
      };
    case 'invalid':
      return { __typename: 'GoodwillInputProblem', field: outcome.field, message: outcome.message };
  }
};
