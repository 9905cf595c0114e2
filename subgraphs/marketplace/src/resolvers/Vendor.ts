import type { VendorResolvers } from '#generated/marketplace/resolvers.ts';
import { pagedList, sortable } from '#platform/subgraph/connection.ts';
import { findOrders } from '../findOrders.ts';
import { isOpen } from '../loaders.ts';
import { maySeeVendor } from '../ownership.ts';
import { moneyOf } from '../views.ts';

const itemList = pagedList('vendorItems', [sortable.number, sortable.id]);
const mostPayouts = 50;

export const Vendor: VendorResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.vendorById.load(id),
  open: (vendor, _args, { domain }) => isOpen(vendor, domain.clock()),
  async items({ id: vendorId, currency, exponent }, args, { domain }) {
    const page = itemList.page(args, vendorId);
    const [position, id] = page.after ?? [];
    const rows = await domain.db.vendorItem.findMany({
      where: {
        vendorId,
        ...(position !== undefined && { OR: [{ position: { gt: position } }, { position, id: { gt: id! } }] }),
      },
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
      take: page.limit + 1,
    });
    const items = rows.map((row) => ({ ...row, currency, exponent }));
    return itemList.connection(items, page, (item) => [item.position, item.id]);
  },
  feeBasisPoints: ({ id, feeBasisPoints }, _args, { principal }) =>
    maySeeVendor(principal, id) ? feeBasisPoints : null,
  email: ({ id, email }, _args, { principal }) => (maySeeVendor(principal, id) ? email : null),
  orders: ({ id: vendorId }, { statuses, ...args }, { domain, principal }) =>
    maySeeVendor(principal, vendorId)
      ? findOrders(domain, { vendorId, ...(statuses && { status: { in: [...statuses] } }) }, args)
      : null,
  balance: (vendor, _args, { principal }) => (maySeeVendor(principal, vendor.id) ? moneyOf(vendor, vendor.owed) : null),
  async payouts({ id: vendorId, currency, exponent }, _args, { domain, principal }) {
    if (!maySeeVendor(principal, vendorId)) return null;
    const rows = await domain.db.payout.findMany({
      where: { vendorId },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: mostPayouts,
    });
    return rows.map((row) => ({ ...row, currency, exponent }));
  },
};
