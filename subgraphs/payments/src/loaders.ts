import DataLoader from 'dataloader';
import { Prisma, type Payment, type PaymentDispute } from '#generated/payments/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { selectColumns } from '#platform/postgres/selectColumns.ts';
import type { Payments } from './context.ts';
import { maySee } from './ownership.ts';

/** A payment has one dispute, or two: it has several if the provider made a mistake. */
const mostDisputes = 20;

export interface Loaders {
  /** Payments by order id; null when the order has none, or the caller may not see it. */
  readonly paymentOfOrder: DataLoader<string, Payment | null>;
  /** Disputes by payment id, newest first. Whoever has the payment may see them. */
  readonly disputesOf: DataLoader<string, PaymentDispute[]>;
}

const ofOrders = `select ${selectColumns(Prisma.PaymentScalarFieldEnum)} from payment where order_id = any(array(select unnest($1::uuid[])))`;

export function loaders(domain: Payments, principal: Principal): Loaders {
  return {
    paymentOfOrder: new DataLoader(async (orderIds) => {
      const { rows: payments } = await domain.pool.query<Payment>(ofOrders, [orderIds.filter(isId)]);
      const byOrder = new Map(
        payments.filter((payment) => maySee(principal, payment)).map((payment) => [payment.orderId, payment]),
      );
      return orderIds.map((orderId) => byOrder.get(orderId) ?? null);
    }),
    disputesOf: new DataLoader(async (paymentIds) => {
      const disputes = await domain.db.paymentDispute.findMany({
        where: { paymentId: { in: [...paymentIds] } },
        orderBy: { openedAt: 'desc' },
      });
      return paymentIds.map((id) => disputes.filter(({ paymentId }) => paymentId === id).slice(0, mostDisputes));
    }),
  };
}
