import type { Resolvers } from '#generated/marketplace/resolvers.ts';
import { MarketplaceOrder } from './resolvers/MarketplaceOrder.ts';
import { MarketplaceOrderLine } from './resolvers/MarketplaceOrderLine.ts';
import { acceptMarketplaceOrder } from './resolvers/Mutation/acceptMarketplaceOrder.ts';
import { cancelMarketplaceOrder } from './resolvers/Mutation/cancelMarketplaceOrder.ts';
import { changeVendor } from './resolvers/Mutation/changeVendor.ts';
import { declineMarketplaceOrder } from './resolvers/Mutation/declineMarketplaceOrder.ts';
import { fulfilMarketplaceOrder } from './resolvers/Mutation/fulfilMarketplaceOrder.ts';
import { openVendor } from './resolvers/Mutation/openVendor.ts';
import { placeMarketplaceOrder } from './resolvers/Mutation/placeMarketplaceOrder.ts';
import { refundMarketplaceOrder } from './resolvers/Mutation/refundMarketplaceOrder.ts';
import { setVendorItem } from './resolvers/Mutation/setVendorItem.ts';
import { marketplaceOrder } from './resolvers/Query/marketplaceOrder.ts';
import { myMarketplaceOrders } from './resolvers/Query/myMarketplaceOrders.ts';
import { myVendor } from './resolvers/Query/myVendor.ts';
import { vendor } from './resolvers/Query/vendor.ts';
import { vendors } from './resolvers/Query/vendors.ts';
import { Store } from './resolvers/Store.ts';
import { Vendor } from './resolvers/Vendor.ts';
import { VendorItem } from './resolvers/VendorItem.ts';
import { VendorPayout } from './resolvers/VendorPayout.ts';

export const resolvers: Resolvers = {
  Query: { marketplaceOrder, myMarketplaceOrders, myVendor, vendor, vendors },
  Mutation: {
    acceptMarketplaceOrder,
    cancelMarketplaceOrder,
    changeVendor,
    declineMarketplaceOrder,
    fulfilMarketplaceOrder,
    openVendor,
    placeMarketplaceOrder,
    refundMarketplaceOrder,
    setVendorItem,
  },
  MarketplaceOrder,
  MarketplaceOrderLine,
  Store,
  Vendor,
  VendorItem,
  VendorPayout,
};
