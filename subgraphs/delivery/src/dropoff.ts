import { keyringOf } from '#platform/pii/domainKeyring.ts';
import { open, seal, type SealedPlace } from '#platform/pii/sealedField.ts';
import type { Deliveries, DeliveryRow } from './context.ts';
import type { Position } from './quote.ts';

const placeOf = (deliveryId: string): SealedPlace => ({ field: 'delivery.dropoff', row: deliveryId });

/**
 * The encrypted columns of a drop-off position, which tells where somebody lives, with a data key of the delivery's
 * own.
 */
export function sealDropoff(domain: Pick<Deliveries, 'config'>, deliveryId: string, { latitude, longitude }: Position) {
  const { key, wrapped } = keyringOf(domain).newDataKey(deliveryId);
  return { wrappedKey: wrapped, dropoff: seal(key, placeOf(deliveryId), JSON.stringify([latitude, longitude])) };
}

/**
 * The columns once the delivery has ended: nobody needs the drop-off position any more, so it is deleted together
 * with its key.
 */
export const noDropoff = { wrappedKey: null, dropoff: null } as const;

export function openDropoff(
  domain: Pick<Deliveries, 'config'>,
  { id, wrappedKey, dropoff }: DeliveryRow,
): Position | null {
  if (!wrappedKey || !dropoff) return null;
  const [latitude, longitude] = JSON.parse(open(keyringOf(domain).unwrap(id, wrappedKey), placeOf(id), dropoff)) as [
    number,
    number,
  ];
  return { latitude, longitude };
}
