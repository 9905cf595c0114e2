import type { Allergen, OrderReason, OrderService, OrderStatus } from '#generated/bffs/kiosk/operations.ts';
import { priceText } from '../../src/priceText.ts';
import { unitPrice, type Line } from './basket.ts';
import { entryOf, type KeptMenu, type Store } from './keptMenu.ts';
import type { OrderTexts } from './orderTexts.ts';
import type { Amount, PaymentMethod } from './paymentTerminal.ts';

export type View = 'start' | 'menu' | 'item' | 'allergens' | 'basket' | 'pay' | 'terminal' | 'sending' | 'placed';

/** An order that was placed, as far as this screen knows. */
export interface PlacedOrder {
  readonly id: string;
  readonly number: number;
  readonly status: OrderStatus;
  readonly reason: OrderReason | null;
  readonly version: number;
}

/** What belongs to the guest who stands here, and is forgotten when they go. */
export interface Guest {
  readonly view: View;
  readonly language: string;
  readonly service: OrderService | undefined;
  readonly categoryId: string | undefined;
  readonly lines: readonly Line[];
  /** What the guest is choosing at the moment, before it is in the basket. */
  readonly line: Line | undefined;
  readonly avoided: readonly Allergen[];
  /** What the graph said the whole order costs. Undefined before it was asked, and after the basket has changed. */
  readonly toldTotal: number | undefined;
  readonly problem: string | undefined;
  readonly order: PlacedOrder | undefined;
}

/** What belongs to the device. */
export interface Device {
  readonly store: Store | undefined;
  readonly menu: KeptMenu | undefined;
  readonly isCutOff: boolean;
  /** Whether the order on its way was sent at least once without an answer. */
  readonly isUnanswered: boolean;
  readonly isAsking: boolean;
}

/** What a view is drawn from, and what its buttons can do. */
export interface Screen {
  readonly guest: Guest;
  readonly device: Device;
  readonly texts: OrderTexts;
  readonly methods: readonly PaymentMethod[];
  change(guest: Partial<Guest>): void;
  /** Asks the graph what the basket costs, and goes on to paying if it can be ordered. */
  goToPay(): void;
  pay(method: PaymentMethod): void;
  giveUp(): void;
  cancelOrder(): void;
  startOver(): void;
}

export const newGuest = (language: string): Guest => ({
  view: 'start',
  language,
  service: undefined,
  categoryId: undefined,
  lines: [],
  line: undefined,
  avoided: [],
  toldTotal: undefined,
  problem: undefined,
  order: undefined,
});

/** The sum of the basket by the menu's prices, in minor units. */
export const sumOf = ({ guest, device }: Pick<Screen, 'guest' | 'device'>): number =>
  guest.lines.reduce((sum, line) => {
    const entry = entryOf(device.menu, line.itemId);
    return sum + (entry ? unitPrice(entry, line) * line.quantity : 0);
  }, 0);

/** An amount in the store's currency, which every price of its menu has. */
export function inCurrency({ device }: Pick<Screen, 'device'>, amount: number): Amount | undefined {
  const price = device.menu?.sections[0]?.entries[0]?.price;
  return price && { amount, currency: price.currency, exponent: price.exponent };
}

export function priceOf(screen: Pick<Screen, 'device' | 'texts'>, amount: number): string {
  const money = inCurrency(screen, amount);
  return money ? priceText(money, screen.texts.locale) : '';
}

/** The name of something in the guest's language. */
export const named = ({ texts }: Pick<Screen, 'texts'>, names: { readonly en: string; readonly de: string }): string =>
  names[texts.language];
