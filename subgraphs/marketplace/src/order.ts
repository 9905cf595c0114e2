import { z } from 'zod';
import type { VendorItem } from '#generated/marketplace/prisma/client.ts';

export type MarketplaceOrderStatus = 'PLACED' | 'OFFERED' | 'ACCEPTED' | 'FULFILLED' | 'DECLINED' | 'CANCELLED';

/** Bounds what is multiplied in a split, and what a payment may take, in minor units. */
export const largestTotal = 10_000_000;

/** What an order keeps of an item, since the catalogue may change. */
export const soldLines = z.array(
  z.object({
    itemId: z.string(),
    name: z.record(z.string(), z.string()),
    quantity: z.int(),
    total: z.int(),
    taxBasisPoints: z.int(),
  }),
);
export type SoldLine = z.output<typeof soldLines>[number];

interface InCurrency {
  readonly currency: string;
  readonly exponent: number;
}
/** A line of an order with the currency of the order. */
export type LineView = SoldLine & InCurrency;
/** An item with the currency of its vendor. */
export type ItemView = VendorItem & InCurrency;

/** From which statuses an order may come to another. */
const from: Readonly<Record<Exclude<MarketplaceOrderStatus, 'PLACED'>, readonly MarketplaceOrderStatus[]>> = {
  OFFERED: ['PLACED'],
  ACCEPTED: ['OFFERED'],
  FULFILLED: ['ACCEPTED'],
  DECLINED: ['OFFERED', 'ACCEPTED'],
  CANCELLED: ['PLACED', 'OFFERED', 'ACCEPTED'],
};

export const mayBecome = (status: string, to: keyof typeof from): boolean =>
  from[to].includes(status as MarketplaceOrderStatus);

export const isFinal = (status: string): boolean => ['FULFILLED', 'DECLINED', 'CANCELLED'].includes(status);

/** A text in a language, or in English where there is none in it. */
export const inLocale = (name: unknown, locale: string | null | undefined): string => {
  const names = name as Readonly<Record<string, string>>;
  return names[(locale ?? 'EN').toLowerCase()] ?? names['en']!;
};
