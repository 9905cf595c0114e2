import type { Resolvers } from '#generated/orders/resolvers.ts';
import { Customer } from './resolvers/Customer.ts';
import { KitchenQueueChanges, KitchenTicket, KitchenTicketLine } from './resolvers/KitchenTicket.ts';
import { cancelOrder } from './resolvers/Mutation/cancelOrder.ts';
import { handOver } from './resolvers/Mutation/handOver.ts';
import { markReady } from './resolvers/Mutation/markReady.ts';
import { placeOrder } from './resolvers/Mutation/placeOrder.ts';
import { recallOrder } from './resolvers/Mutation/recallOrder.ts';
import { rejectOrder } from './resolvers/Mutation/rejectOrder.ts';
import { startPreparation } from './resolvers/Mutation/startPreparation.ts';
import { Order } from './resolvers/Order.ts';
import { OrderBoard } from './resolvers/OrderBoard.ts';
import { OrderLine, OrderLineModifier, OrderLineSlot } from './resolvers/OrderLine.ts';
import { kitchenQueue } from './resolvers/Query/kitchenQueue.ts';
import { kitchenQueueChanges } from './resolvers/Query/kitchenQueueChanges.ts';
import { openTickets } from './resolvers/Query/openTickets.ts';
import { order } from './resolvers/Query/order.ts';
import { orderBoard } from './resolvers/Query/orderBoard.ts';
import { storeDay } from './resolvers/Query/storeDay.ts';
import { Store } from './resolvers/Store.ts';
import { StoreDay } from './resolvers/StoreDay.ts';

export const resolvers: Resolvers = {
  Query: { order, orderBoard, kitchenQueue, kitchenQueueChanges, openTickets, storeDay },
  Mutation: { placeOrder, cancelOrder, startPreparation, markReady, recallOrder, rejectOrder, handOver },
  Order,
  OrderLine,
  OrderLineModifier,
  OrderLineSlot,
  OrderBoard,
  KitchenQueueChanges,
  KitchenTicket,
  KitchenTicketLine,
  Store,
  StoreDay,
  Customer,
};
