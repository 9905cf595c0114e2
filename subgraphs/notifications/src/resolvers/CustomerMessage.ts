import { openContent } from '../sealedContent.ts';
import type { Subject } from '../texts.ts';
import type { CustomerMessageResolvers, MessageMedium, MessageStatus } from '#generated/notifications/resolvers.ts';

export const CustomerMessage: CustomerMessageResolvers = {
  medium: ({ medium }) => medium as MessageMedium,
  about: ({ about }) => about as Subject,
  status: ({ status }) => status as MessageStatus,
  createdAt: ({ createdAt }) => createdAt.toISOString(),
  settledAt: ({ settledAt }) => settledAt?.toISOString() ?? null,
  content: ({ id, content, key }) => (content && key ? openContent(key, id, content) : null),
};
