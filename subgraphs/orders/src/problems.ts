import type { Service } from './ownership.ts';

/**
 * Why an order is not placed. Each problem is a result type of the schema. It is JSON data, since it is stored with
 * the idempotency key.
 */
export type PlaceOrderProblem =
  | { readonly __typename: 'OrderInvalidInput'; readonly field: string; readonly message: string }
  | {
      readonly __typename:
        'OrderStoreNotFound' | 'OrderStoreClosed' | 'OrderStoreNotAccepting' | 'OrderStoreAtCapacity';
      readonly message: string;
    }
  | { readonly __typename: 'OrderAddressNotDeliverable' | 'OrderTotalNotChargeable'; readonly message: string }
  | { readonly __typename: 'OrderTooManyOpen'; readonly message: string; readonly maxOpen: number }
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
 * The problems that menu may find in a line, with what the guest can do about it. `subject` is the name of the item,
 * the group or the slot.
 */
export const lineProblems = {
  UNKNOWN_ITEM: (subject: string) => `There is no item ${subject}. Read the menu again.`,
  NOT_ON_MENU: (subject: string) => `${subject} is not on the menu of this store now. Read the menu again.`,
  UNKNOWN_SIZE: (subject: string) => `${subject} does not come in this size. Choose one of its sizes.`,
  UNKNOWN_MODIFIER: (subject: string) =>
    `${subject} cannot be ordered with this modifier. Choose one of its own modifiers.`,
  TOO_FEW_MODIFIERS: (subject: string) => `${subject}: more choices are needed.`,
  TOO_MANY_MODIFIERS: (subject: string) => `${subject}: fewer choices are allowed.`,
  SLOT_NOT_FILLED: (subject: string) => `${subject}: choose an item for it.`,
  SLOT_CHOICE_NOT_ALLOWED: (subject: string) => `${subject}: this item cannot be chosen for it. Choose another one.`,
} as const;
export type LineProblem = keyof typeof lineProblems;

export const storeNotFound = {
  __typename: 'OrderStoreNotFound',
  message: 'There is no such store, or you cannot order there. Choose another one.',
} as const;
export const storeClosed = {
  __typename: 'OrderStoreClosed',
  message: 'The store is closed now. Look at its opening hours for when it opens.',
} as const;
export const storeNotAccepting = {
  __typename: 'OrderStoreNotAccepting',
  message: 'The store takes no orders at the moment. Choose another one, or try again later.',
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
  message:
    'An order that costs nothing, or more than can be charged at once, cannot be placed. Add an item with a price, or split the order.',
} as const;

export const tooManyOpen = (maxOpen: number): PlaceOrderProblem => ({
  __typename: 'OrderTooManyOpen',
  message: `You have ${maxOpen} orders that this store still has to make. Order again when one of them is ready.`,
  maxOpen,
});

export const serviceNotOffered = (offered: readonly Service[]): PlaceOrderProblem => ({
  __typename: 'OrderServiceNotOffered',
  message: offered.length > 0 ? `Choose one of ${offered.join(', ')}.` : 'You cannot order here. Choose another store.',
  offered: [...offered],
});
