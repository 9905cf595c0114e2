import type { Service } from './ownership.ts';

/** Why an order is not placed; each is a type of the schema. JSON data: kept with the idempotency key. */
export type PlaceOrderProblem =
  | { readonly __typename: 'OrderInvalidInput'; readonly field: string; readonly message: string }
  | {
      readonly __typename:
        'OrderStoreNotFound' | 'OrderStoreClosed' | 'OrderStoreNotAccepting' | 'OrderStoreAtCapacity';
      readonly message: string;
    }
  | { readonly __typename: 'OrderAddressNotDeliverable' | 'OrderTotalNotChargeable'; readonly message: string }
  | { readonly __typename: 'OrderServiceNotOffered'; readonly message: string; readonly offered: Service[] }
  | {
      readonly __typename: 'OrderItemUnavailable';
      readonly message: string;
      readonly line: number;
      readonly item: { readonly id: string };
    }
  | {
      readonly __typename: 'OrderInvalidLine';
      readonly message: string;
      readonly line: number;
      readonly problem: LineProblem;
    }
  | {
      readonly __typename: 'OrderPriceChanged';
      readonly message: string;
      readonly total: { readonly amount: number; readonly currency: string; readonly exponent: number };
    };

/**
 * What menu may find wrong with a line, and what the client can do; `subject` names the item, the group or the slot.
 */
export const lineProblems = {
  UNKNOWN_ITEM: (subject: string) => `There is no item ${subject}. Read the menu again.`,
  NOT_ON_MENU: (subject: string) => `${subject} is not on the menu of this store now. Read the menu again.`,
  UNKNOWN_SIZE: (subject: string) => `${subject} does not come in this size. Choose one of its sizes.`,
  UNKNOWN_MODIFIER: (subject: string) => `${subject} cannot be had with this modifier. Choose one of its own.`,
  TOO_FEW_MODIFIERS: (subject: string) => `${subject}: choose more.`,
  TOO_MANY_MODIFIERS: (subject: string) => `${subject}: choose fewer.`,
  SLOT_NOT_FILLED: (subject: string) => `${subject}: choose what fills it.`,
  SLOT_CHOICE_NOT_ALLOWED: (subject: string) => `${subject}: this does not belong there. Choose something else.`,
} as const;
export type LineProblem = keyof typeof lineProblems;

export const storeNotFound = {
  __typename: 'OrderStoreNotFound',
  message: 'There is no such store, or you cannot order there. Choose another one.',
} as const;
export const storeClosed = {
  __typename: 'OrderStoreClosed',
  message: 'The store is closed now. Its opening hours say when it opens.',
} as const;
export const storeNotAccepting = {
  __typename: 'OrderStoreNotAccepting',
  message: 'The store takes no orders for the moment. Choose another one, or try later.',
} as const;
export const storeAtCapacity = {
  __typename: 'OrderStoreAtCapacity',
  message: 'The kitchen has too many open orders. Try again in a few minutes.',
} as const;
export const addressNotDeliverable = {
  __typename: 'OrderAddressNotDeliverable',
  message: 'The store does not deliver to this address. Choose a nearer store, or collect the order.',
} as const;

export const totalNotChargeable = {
  __typename: 'OrderTotalNotChargeable',
  message: 'This costs nothing, or more than can be charged at once. Add something that costs, or order in parts.',
} as const;

export const serviceNotOffered = (offered: readonly Service[]): PlaceOrderProblem => ({
  __typename: 'OrderServiceNotOffered',
  message: offered.length > 0 ? `Choose one of ${offered.join(', ')}.` : 'You cannot order here. Choose another store.',
  offered: [...offered],
});
