import type { Vendor } from '#generated/marketplace/prisma/client.ts';
import type { VendorOutcome } from '../commands/setVendor.ts';
import type { Marketplace } from '../context.ts';

type VendorResult =
  | { readonly __typename: 'VendorSuccess'; readonly vendor: Vendor; readonly version: number }
  | { readonly __typename: 'VendorStale'; readonly vendor: Vendor; readonly version: number; readonly message: string }
  | { readonly __typename: 'MarketplaceInputProblem'; readonly field: string; readonly message: string }
  | { readonly __typename: 'VendorNotFound'; readonly message: string };

/** The answer where there is no vendor that the caller may change. */
export const vendorNotFound = {
  __typename: 'VendorNotFound',
  message: 'There is no vendor with this id that you may change. Look at the list of vendors.',
} as const;

/** The answer to a mutation that takes a vendor in or changes it. */
export async function vendorResult(domain: Marketplace, outcome: VendorOutcome): Promise<VendorResult> {
  if (outcome.kind === 'notFound') return vendorNotFound;
  if (outcome.kind === 'invalid')
    return { __typename: 'MarketplaceInputProblem', field: outcome.field, message: outcome.message };
  const vendor = await domain.db.vendor.findUniqueOrThrow({ where: { id: outcome.vendorId } });
  const { version } = vendor;
  return outcome.kind === 'done'
    ? { __typename: 'VendorSuccess', vendor, version }
    : {
        __typename: 'VendorStale',
        message: 'Somebody else has changed the vendor. Look at it again, then ask with its version.',
        vendor,
        version,
      };
}
