import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { DataKey } from '#platform/pii/keyring.ts';
import { open, seal, type Sealed, type SealedPlace } from '#platform/pii/sealedField.ts';
import type { Notifications, Tx } from './context.ts';

/** What was sent. */
export interface Content {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

const placeOf = (messageId: string): SealedPlace => ({ field: 'message.content', row: messageId });

/** Seals what was sent with the recipient's own key, which is made at the first message; null once they are erased. */
export async function sealContent(
  domain: Notifications,
  tx: Tx,
  { id, customerId }: { readonly id: string; readonly customerId: string },
  content: Content,
): Promise<Sealed | null> {
  const made = keyringOf(domain).newDataKey(customerId);
  await tx.recipient.createMany({ data: [{ customerId, wrappedKey: made.wrapped }], skipDuplicates: true });
  await tx.$queryRaw`SELECT 1 FROM recipient WHERE customer_id = ${customerId}::uuid FOR UPDATE`;
  const { wrappedKey } = await tx.recipient.findUniqueOrThrow({ where: { customerId } });
  return wrappedKey
    ? seal(keyringOf(domain).unwrap(customerId, wrappedKey), placeOf(id), JSON.stringify(content))
    : null;
}

/** The key of a recipient; null if they are erased or were never sent anything. */
export async function keyOfRecipient(
  domain: Notifications,
  customerId: string,
  db: Pick<Tx, 'recipient'> = domain.db,
): Promise<DataKey | null> {
  const found = await db.recipient.findUnique({ where: { customerId } });
  return found?.wrappedKey ? keyringOf(domain).unwrap(customerId, found.wrappedKey) : null;
}

export const openContent = (key: DataKey, messageId: string, content: Uint8Array): Content =>
  JSON.parse(open(key, placeOf(messageId), content)) as Content;
