import type { MutationResolvers } from '#generated/marketplace/resolvers.ts';
import { declineOrder } from '../../commands/changeOrder.ts';
import { changeOrderResult } from '../changeOrderResult.ts';

export const declineMarketplaceOrder: MutationResolvers['declineMarketplaceOrder'] = async (
  _parent,
  { input: { orderId } },
  { domain, principal },
) => changeOrderResult(await declineOrder(domain, principal, orderId));
