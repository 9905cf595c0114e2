import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { eraseOnRequest } from '../../commands/supportCustomer.ts';
import { supportResult } from '../supportResult.ts';

export const eraseCustomer: MutationResolvers['eraseCustomer'] = async (_parent, { input }, { domain, principal }) =>
  supportResult(await eraseOnRequest(domain, principal, input), input.customerId, 'CustomerErasedBySupport');
