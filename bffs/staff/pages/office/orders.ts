import type { OrderDetailsQuery } from '#generated/bffs/staff/operations.ts';

export type OrderDetails = NonNullable<OrderDetailsQuery['order']>;

interface Member {
  may(scope: string): boolean;
}

const cancellable: readonly OrderDetails['status'][] = ['PLACED', 'CONFIRMED', 'PREPARING', 'READY'];

/** Whether to show the button that cancels the order. The graph may refuse it: a courier may have the food already. */
export const mayCancel = ({ status, timeline }: OrderDetails, { may }: Member): boolean =>
  may('orders:cancel') && cancellable.includes(status) && !timeline.some(({ kind }) => kind === 'HANDED_OVER');

/** What was taken for the order and not paid back yet. */
export const leftOf = ({ captured, refunded }: NonNullable<OrderDetails['payment']>): OrderDetails['total'] => ({
  ...captured,
  amount: captured.amount - refunded.amount,
});

/** Whether to show the button that refunds the order. */
export const mayRefund = ({ payment }: OrderDetails, { may }: Member): boolean =>
  may('payments:manage') && payment?.status === 'CAPTURED';
