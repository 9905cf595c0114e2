import type { Resolvers } from '#generated/payments/resolvers.ts';
import { capturePayment } from './resolvers/Mutation/capturePayment.ts';
import { refundPayment } from './resolvers/Mutation/refundPayment.ts';
import { Order } from './resolvers/Order.ts';
import { Payment } from './resolvers/Payment.ts';
import { orderPayment } from './resolvers/Query/orderPayment.ts';
import { payment } from './resolvers/Query/payment.ts';
import { payments } from './resolvers/Query/payments.ts';
import { settlementFindings } from './resolvers/Query/settlementFindings.ts';

export const resolvers: Resolvers = {
  Query: { orderPayment, payment, payments, settlementFindings },
  Mutation: { capturePayment, refundPayment },
  Order,
  Payment,
};
