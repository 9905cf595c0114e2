import { VendorContactService } from '#generated/proto/drburger/marketplace/v1/marketplace_pb.ts';
import { isId } from '#platform/domain/id.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import type { Marketplace } from '../context.ts';

/** Answers notifications, which tells vendors of orders that their own systems did not take. */
export const vendorContactService = ({ db }: Marketplace): RpcService =>
  service(VendorContactService, ['notifications'], {
    getOrderContact: async ({ vendorId, marketplaceOrderId: id }) => {
      const order =
        isId(vendorId) && isId(id) ? await db.marketplaceOrder.findFirst({ where: { id, vendorId } }) : null;
      const vendor = order && (await db.vendor.findUnique({ where: { id: vendorId } }));
      if (!vendor) return { found: false };
      const open = order.status === 'OFFERED';
      return {
        found: true,
        email: vendor.email,
        name: vendor.name,
        open,
        answerBy: open ? (order.answerBy?.toISOString() ?? '') : '',
      };
    },
  });
