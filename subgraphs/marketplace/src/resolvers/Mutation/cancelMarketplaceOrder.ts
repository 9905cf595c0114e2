import type { MutationResolvers } from '#generated/marketplace/resolvers.ts';
import { cancelOrder } from '../../commands/changeOrder.ts';
import { changeOrderResult } from '../changeOrderResult.ts';

export const cancelMarketplaceOrder: MutationResolvers['cancelMarketplaceOrder'] = async (
  _parent,
  { input: { orderId } },
  { domain, principal },
) => changeOrderResult(await cancelOrder(domain, principal, orderId));
