import DataLoader from 'dataloader';
import type { MarketplaceOrder, Payout, Vendor } from '#generated/marketplace/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import { takesOrders, type OpeningHours } from './openingHours.ts';
import type { Marketplace } from './context.ts';

/** A payout with the currency of its vendor. */
export type PayoutView = Payout & Pick<Vendor, 'currency' | 'exponent'>;

export interface Loaders {
  /** Loads by id; null if there is none. */
  readonly vendorById: DataLoader<string, Vendor | null>;
  readonly orderById: DataLoader<string, MarketplaceOrder | null>;
  /** The vendors that take orders beside a store now, by name, at most 50. */
  readonly vendorsOfStore: DataLoader<string, Vendor[]>;
}

const most = 50;

/** Whether a vendor takes orders at an instant. */
export const isOpen = ({ open, openingHours, timeZone }: Vendor, at: Date): boolean =>
  open && takesOrders(openingHours as OpeningHours, timeZone, at);

export function loaders(domain: Marketplace): Loaders {
  return {
    vendorById: new DataLoader(async (ids) => {
      const rows = await domain.db.vendor.findMany({ where: { id: { in: ids.filter(isId) } } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    orderById: new DataLoader(async (ids) => {
      const rows = await domain.db.marketplaceOrder.findMany({ where: { id: { in: ids.filter(isId) } } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    vendorsOfStore: new DataLoader(async (storeIds) => {
      const rows = await domain.db.vendor.findMany({
        where: { open: true, storeIds: { hasSome: storeIds.filter(isId) } },
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
      });
      const open = rows.filter((vendor) => isOpen(vendor, domain.clock()));
      return storeIds.map((storeId) => open.filter((vendor) => vendor.storeIds.includes(storeId)).slice(0, most));
    }),
  };
}
