import type { KitchenTicketLineResolvers, KitchenTicketResolvers } from '#generated/orders/resolvers.ts';
import { nameIn } from '../orderView.ts';
import { ticketLines } from '../readModels/kitchenQueue.ts';

export const KitchenTicket: KitchenTicketResolvers = {
  order: ({ orderId }, _args, { loaders }) => loaders.orderById.load(orderId),
  lines: ticketLines,
};

export const KitchenTicketLine: KitchenTicketLineResolvers = {
  name: ({ name }, { locale }) => nameIn(name, locale ?? 'EN'),
};
