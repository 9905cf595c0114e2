import type { OrderBoardResolvers, OrderService, OrderStatus } from '#generated/orders/resolvers.ts';
import type { OrderBoard as Entry } from '#generated/orders/prisma/client.ts';
import { preparing, ready } from '../readModels/orderBoard.ts';

const entry = ({ orderId, number, status, service, since }: Entry) => ({
  orderId,
  number,
  status: status as OrderStatus,
  service: service as OrderService,
  since: since.toISOString(),
});

export const OrderBoard: OrderBoardResolvers = {
  store: ({ storeId }) => ({ id: storeId }),
  preparing: (board) => preparing(board).map(entry),
  ready: (board) => ready(board).map(entry),
};
