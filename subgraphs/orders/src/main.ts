import { PrismaClient } from '#generated/orders/prisma/client.ts';
import { defineSubgraph } from '#platform/subgraph/defineSubgraph.ts';
import { config } from './config.ts';
import { onDeliveryStatusChanged } from './consumers/deliveryStatusChanged.ts';
import { onOrderCreated } from './consumers/orderCreated.ts';
import { onOrderHandedOver } from './consumers/orderHandedOver.ts';
import { onOrderStatusChanged } from './consumers/orderStatusChanged.ts';
import { onPaymentConfirmed, onPaymentProcessed } from './consumers/paymentProcessed.ts';
import { loaders } from './loaders.ts';
import { kitchenQueue } from './readModels/kitchenQueue.ts';
import { orderBoard } from './readModels/orderBoard.ts';
import { resolvers } from './resolvers.ts';
import { placeOrderSaga } from './sagas/placeOrder.ts';

export default defineSubgraph({
  name: 'orders',
  directory: new URL('..', import.meta.url),
  database: (options) => new PrismaClient(options),
  resolvers,
  loaders,
  consumers: [
    onOrderCreated,
    onOrderStatusChanged,
    onOrderHandedOver,
    onPaymentProcessed,
    onPaymentConfirmed,
    onDeliveryStatusChanged,
  ],
  readModels: [kitchenQueue, orderBoard],
  sagas: [placeOrderSaga],
  config,
  timeline: {
    events: `select 'order:' || id as stream, null::int as version from unnest($1::uuid[]) as id`,
    store: `select store_id from orders where id = any ($1::uuid[])`,
  },
  personalData: { tables: { orders: { table: 'orders', without: ['payment_method_token'] } } },
});
