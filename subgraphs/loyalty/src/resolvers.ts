import type { Resolvers } from '#generated/loyalty/resolvers.ts';
import { Customer } from './resolvers/Customer.ts';
import { LoyaltyAccount } from './resolvers/LoyaltyAccount.ts';
import { LoyaltyEntry } from './resolvers/LoyaltyEntry.ts';
import { giveGoodwill } from './resolvers/Mutation/giveGoodwill.ts';
import { Order } from './resolvers/Order.ts';
import { loyaltyAccount } from './resolvers/Query/loyaltyAccount.ts';
import { myLoyaltyAccount } from './resolvers/Query/myLoyaltyAccount.ts';

export const resolvers: Resolvers = {
  Query: { loyaltyAccount, myLoyaltyAccount },
  Mutation: { giveGoodwill },
  Customer,
  LoyaltyAccount,
  LoyaltyEntry,
  Order,
};
