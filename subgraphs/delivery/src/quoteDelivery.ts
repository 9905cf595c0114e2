import { CustomerQueryService, type AddressVersion } from '#generated/proto/drburger/customers/v1/customers_pb.ts';
import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { Deliveries } from './context.ts';
import { termsOf } from './deliveryTerms.ts';
import { feeFor } from './feeFor.ts';
import { customerOf } from './ownership.ts';
import { isPosition, quote, type Position } from './quote.ts';

export interface QuoteDelivery {
  readonly storeId: string;
  readonly addressVersionId?: string | null;
  readonly position?: Position | null;
}

export type QuoteDeliveryOutcome =
  | {
      readonly kind: 'quote';
      readonly fee: number;
      readonly currency: string;
      readonly exponent: number;
      readonly distanceMetres: number;
      readonly promisedAt: Date;
    }
  | { readonly kind: 'tooFar'; readonly distanceMetres: number; readonly maxMetres: number }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string }
  | { readonly kind: 'storeNotFound' | 'addressNotFound' | 'notOffered' };

/**
 * What a delivery from a store to one of the caller's own addresses, or to any position, would cost now. It asks
 * stores and customers at that moment.
 */
export async function quoteDelivery(
  domain: Deliveries,
  principal: Principal,
  { storeId, addressVersionId, position }: QuoteDelivery,
): Promise<QuoteDeliveryOutcome> {
  if ((addressVersionId == null) === (position == null)) {
    return {
      kind: 'invalid',
      field: 'addressVersionId',
      message: 'Give either `addressVersionId` or `position`, not both.',
    };
  }
  if (position && !isPosition(position))
    return {
      kind: 'invalid',
      field: 'position',
      message: 'The latitude must lie between -90 and 90, the longitude between -180 and 180.',
    };
  if (!isId(storeId)) return { kind: 'storeNotFound' };
  const at = domain.clock();
  const [terms, address, { tiers }] = await Promise.all([
    domain.rpc.client(StoreQueryService).getOrderingTerms({ storeId, at: at.toISOString() }),
    position ? undefined : addressOf(domain, principal, addressVersionId!),
    termsOf(domain.db, storeId),
  ]);
  const door = position ?? address;
  if (!terms.found) return { kind: 'storeNotFound' };
  if (!door) return { kind: 'addressNotFound' };
  if (!terms.services.includes('DELIVERY') || (address && address.country !== terms.country))
    return { kind: 'notOffered' };
  const { currency, exponent } = terms;
  const answer = quote({ store: terms, door, exponent, terms: tiers, at });
  if (answer.kind === 'tooFar') return answer;
  return {
    kind: 'quote',
    currency,
    exponent,
    fee: await feeFor(domain.db, customerOf(principal), answer),
    distanceMetres: answer.distanceMetres,
    promisedAt: answer.promisedAt,
  };
}

/**
 * The address version, if it is the present version of one of the caller's own addresses. An order applies the same
 * rule.
 */
async function addressOf(
  domain: Deliveries,
  principal: Principal,
  addressVersionId: string,
): Promise<AddressVersion | undefined> {
  const customerId = customerOf(principal);
  if (!customerId || !isId(addressVersionId)) return undefined;
  const version = await domain.rpc.client(CustomerQueryService).getAddressVersion({ customerId, addressVersionId });
  return version.found && version.current ? version : undefined;
}
