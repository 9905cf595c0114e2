import type { Courier } from '#generated/delivery/prisma/client.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import { open, seal, type SealedPlace } from '#platform/pii/sealedField.ts';
import type { Deliveries } from './context.ts';

const placeOf = (courierId: string): SealedPlace => ({ field: 'courier.displayName', row: courierId });

/** The encrypted columns of a courier's name, with a data key of the courier's own. */
export function sealDisplayName(domain: Pick<Deliveries, 'config'>, courierId: string, displayName: string) {
  const { key, wrapped } = keyringOf(domain).newDataKey(courierId);
  return { wrappedKey: wrapped, displayName: seal(key, placeOf(courierId), displayName) };
}

export const openDisplayName = (domain: Pick<Deliveries, 'config'>, courier: Courier): string =>
  open(keyringOf(domain).unwrap(courier.id, courier.wrappedKey), placeOf(courier.id), courier.displayName);
