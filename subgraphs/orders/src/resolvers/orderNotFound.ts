import type { OrderStatus } from '#generated/orders/resolvers.ts';

/** Somebody else's order, or none: the same answer. */
export const orderNotFound = {
  __typename: 'OrderNotFound',
  message: 'There is no such order, or it is not yours.',
} as const;

export const stepRefused = (status: string) =>
  ({
    __typename: 'OrderStepRefused',
    message: `The order is ${status}: this step cannot be taken now.`,
    status: status as OrderStatus,
  }) as const;
