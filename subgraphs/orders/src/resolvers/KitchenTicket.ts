import type {
  KitchenQueueChangesResolvers,
  KitchenTicketLineResolvers,
  KitchenTicketResolvers,
} from '#generated/orders/resolvers.ts';
import { nameIn } from '../orderView.ts';
import { ticketLines } from '../readModels/kitchenQueue.ts';

export const KitchenTicket: KitchenTicketResolvers = {
  order: ({ orderId }, _args, { loaders }) => loaders.orderById.load(orderId),
  lines: ticketLines,
  targetAt: ({ placedAt }, _args, { domain }) =>
    new Date(placedAt.getTime() + 1_000 * Number(domain.config['ORDER_KITCHEN_TARGET_SECONDS'])).toISOString(),
};

export const KitchenQueueChanges: KitchenQueueChangesResolvers = {
  store: ({ storeId }) => ({ id: storeId }),
  changed: ({ changed }) => [...changed],
  removed: ({ removed }) => [...removed],
};

export const KitchenTicketLine: KitchenTicketLineResolvers = {
  item: ({ menuItemId }) => ({ id: menuItemId }),
  name: ({ name }, { locale }) => nameIn(name, locale ?? 'EN'),
};
