import DataLoader from 'dataloader';
import type { Payment } from '#generated/payments/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { Payments } from './context.ts';
import { maySee } from './ownership.ts';

export interface Loaders {
  /** Payments by order id; null when the order has none, or the caller may not see it. */
  readonly paymentOfOrder: DataLoader<string, Payment | null>;
}

export function loaders(domain: Payments, principal: Principal): Loaders {
  return {
    paymentOfOrder: new DataLoader(async (orderIds) => {
      const payments = await domain.db.payment.findMany({ where: { orderId: { in: orderIds.filter(isId) } } });
      const byOrder = new Map(
        payments.filter((payment) => maySee(principal, payment)).map((payment) => [payment.orderId, payment]),
      );
      return orderIds.map((orderId) => byOrder.get(orderId) ?? null);
    }),
  };
}
