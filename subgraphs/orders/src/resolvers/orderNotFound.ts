import type { OrderStatus } from '#generated/orders/resolvers.ts';

/** An order of somebody else and one that does not exist get the same answer. */
export const orderNotFound = {
  __typename: 'OrderNotFound',
  message: 'There is no such order, or it is not yours.',
} as const;

export const stepRefused = (status: string) =>
  ({
    __typename: 'OrderStepRefused',
    message: `The order is ${status}, and this step cannot be taken now. Read the order again.`,
    status: status as OrderStatus,
  }) as const;
