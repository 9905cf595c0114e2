import type { Allergen, OrderReason, OrderStatus, PlaceOrderMutation } from '#generated/bffs/kiosk/operations.ts';

export type Refusal = Exclude<
  PlaceOrderMutation['placeOrder']['__typename'],
  'PlaceOrderSuccess' | 'OrderPriceChanged'
>;

/** The texts of the page in one language. */
export interface OrderTexts {
  readonly language: 'en' | 'de';
  readonly locale: 'EN' | 'DE';
  readonly setup: string;
  readonly notEnrolled: string;
  readonly noToken: string;
  readonly badToken: string;
  readonly noStore: string;
  readonly token: string;
  readonly use: string;
  readonly languages: string;
  readonly connecting: string;
  readonly cutOff: (menuOf: string) => string;
  readonly noMenu: string;
  readonly welcome: string;
  readonly eatHere: string;
  readonly takeAway: string;
  readonly closed: string;
  readonly opens: (at: string) => string;
  readonly paused: string;
  readonly categories: string;
  readonly soldOut: string;
  readonly allergens: string;
  readonly allergensOfThis: string;
  readonly noAllergens: string;
  readonly avoid: string;
  readonly containsAvoided: (names: string) => string;
  readonly kilocalories: (count: number) => string;
  readonly size: string;
  readonly choose: (min: number, max: number) => string;
  readonly fill: string;
  readonly required: string;
  readonly nothing: string;
  readonly more: (name: string) => string;
  readonly fewer: (name: string) => string;
  readonly quantity: string;
  readonly add: (price: string) => string;
  readonly stillToChoose: string;
  readonly back: string;
  readonly close: string;
  readonly basket: string;
  readonly basketOf: (count: number, total: string) => string;
  readonly emptyBasket: string;
  readonly notAvailableAnyMore: string;
  readonly total: string;
  readonly plusTax: string;
  readonly startOver: string;
  readonly goToPay: string;
  readonly payTitle: (total: string) => string;
  readonly payCard: string;
  readonly playMoney: Readonly<Record<'card' | 'declined' | 'slow', string>>;
  readonly noTerminal: string;
  readonly atTerminal: string;
  readonly payAgain: string;
  readonly payCutOff: string;
  readonly sending: string;
  readonly sendingCutOff: string;
  readonly giveUp: string;
  readonly priceChanged: (total: string) => string;
  readonly refusals: Readonly<Record<Refusal, string>>;
  readonly failed: string;
  readonly yourNumber: string;
  readonly statuses: Readonly<Record<OrderStatus, string>>;
  readonly reasons: Partial<Readonly<Record<OrderReason, string>>>;
  readonly statusCutOff: string;
  readonly cancel: string;
  readonly tooLate: string;
  readonly done: string;
  readonly orderAgain: string;
  readonly stillThere: string;
  readonly stillThereWhy: string;
  readonly yes: string;
  readonly allergenNames: Readonly<Record<Allergen, string>>;
}
