import type { Resolvers } from '#generated/notifications/resolvers.ts';
import { CustomerMessage } from './resolvers/CustomerMessage.ts';
import { customerMessages } from './resolvers/Query/customerMessages.ts';

export const resolvers: Resolvers = {
  Query: { customerMessages },
  CustomerMessage,
};
