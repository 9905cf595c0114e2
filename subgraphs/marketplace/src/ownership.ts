import type { MarketplaceOrder } from '#generated/marketplace/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import { grantsWith, hasScope, idAs, type Principal } from '#platform/identity/principal.ts';

/** The vendor for whom somebody works; undefined for everybody else. */
export const vendorOf = (principal: Principal): string | undefined =>
  grantsWith(principal, 'vendor:work')
    .map(({ bindings }) => bindings['vendor'])
    .find((vendor) => vendor !== undefined && isId(vendor));

/** The id of the calling customer; undefined for everybody else. */
export const customerOf = (principal: Principal): string | undefined => idAs('customer', principal);

/** Whether somebody may see what concerns a vendor alone: its orders, its money. */
export const maySeeVendor = (principal: Principal, vendorId: string): boolean =>
  hasScope(principal, 'marketplace:manage') || vendorOf(principal) === vendorId;

/** An order is seen by its customer, by its vendor, and by those who manage the marketplace. */
export const maySeeOrder = (
  principal: Principal,
  { customerId, vendorId }: Pick<MarketplaceOrder, 'customerId' | 'vendorId'>,
): boolean => customerOf(principal) === customerId || maySeeVendor(principal, vendorId);
