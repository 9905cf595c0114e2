import type { MutationResolvers } from '#generated/marketplace/resolvers.ts';
import { fulfilOrder } from '../../commands/changeOrder.ts';
import { changeOrderResult } from '../changeOrderResult.ts';

export const fulfilMarketplaceOrder: MutationResolvers['fulfilMarketplaceOrder'] = async (
  _parent,
  { input: { orderId } },
  { domain, principal },
) => changeOrderResult(await fulfilOrder(domain, principal, orderId));
