import { readSealed } from '#platform/pii/exchangeKey.ts';
import type { PersonalDataRequest, PersonalRecords } from '#platform/subgraph/personalData.ts';
import type { Notifications } from './context.ts';
import { keyOfRecipient, openContent } from './sealedContent.ts';

/** What was sent to a customer, opened; only that it was, and when, once they are erased. */
export const personalRecords = (domain: Notifications, { customerId }: PersonalDataRequest): Promise<PersonalRecords> =>
  readSealed(async () => {
    const [rows, key] = await Promise.all([
      domain.db.message.findMany({ where: { customerId }, orderBy: { createdAt: 'asc' }, take: 10_000 }),
      keyOfRecipient(domain, customerId),
    ]);
    return {
      messages: rows.map(({ content, ...row }) => ({
        ...row,
        content: content && key ? openContent(key, row.id, content) : null,
      })),
    };
  });
