import type { Resolvers } from '#generated/loyalty/resolvers.ts';
import { Customer } from './resolvers/Customer.ts';
import { LoyaltyAccount } from './resolvers/LoyaltyAccount.ts';
import { LoyaltyEntry } from './resolvers/LoyaltyEntry.ts';
import { Order } from './resolvers/Order.ts';
import { loyaltyAccount } from './resolvers/Query/loyaltyAccount.ts';

export const resolvers: Resolvers = { Query: { loyaltyAccount }, Customer, LoyaltyAccount, LoyaltyEntry, Order };
