import type { MutationResolvers } from '#generated/marketplace/resolvers.ts';
import { acceptOrder } from '../../commands/changeOrder.ts';
import { changeOrderResult } from '../changeOrderResult.ts';

export const acceptMarketplaceOrder: MutationResolvers['acceptMarketplaceOrder'] = async (
  _parent,
  { input: { orderId } },
  { domain, principal },
) => changeOrderResult(await acceptOrder(domain, principal, orderId));
