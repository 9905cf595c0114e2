import type { Orderer } from './ownership.ts';

/** Whoever orders may have this many open orders at any store, however small: a family may order in three goes. */
const least = 3;
/**
 * A customer may fill an eighth of a kitchen (5 of the usual 40 orders): with more of them, the store would be closed
 * to everybody else.
 */
const customerShare = 1 / 8;
/**
 * A kiosk may fill a half (20 of 40): it orders for one guest after the other, and a kitchen that is full of what one
 * screen sent has a broken or abused screen, while the counter and the app should go on.
 */
const deviceShare = 1 / 2;

/**
 * How many orders one customer or one device may have in the kitchen of a store that takes so many from all together.
 * A deposit would keep people away who have done nothing; a share keeps the store open for the others, and grows with
 * what the store says it can do. Undefined for staff, who answer for what they type in.
 */
export function openShare({ customerId, deviceId }: Orderer, maxOpenOrders: number): number | undefined {
  if (customerId === null && deviceId === null) return undefined;
  return Math.max(least, Math.floor(maxOpenOrders * (deviceId === null ? customerShare : deviceShare)));
}
