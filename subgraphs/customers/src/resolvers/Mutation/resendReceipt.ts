import type { MutationResolvers } from '#generated/customers/resolvers.ts';
import { resendReceipt as command } from '../../commands/supportCustomer.ts';
import { supportResult } from '../supportResult.ts';

export const resendReceipt: MutationResolvers['resendReceipt'] = async (_parent, { input }, { domain, principal }) =>
  supportResult(await command(domain, principal, input), input.customerId, 'ReceiptRequested');
