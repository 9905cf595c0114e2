import type { Message, PrismaClient } from '#generated/notifications/prisma/client.ts';
import type { DataKey } from '#platform/pii/keyring.ts';
import type { Domain, RequestContext, TransactionOf } from '#platform/domain/domain.ts';

export type Notifications = Domain<PrismaClient>;
export type Tx = TransactionOf<PrismaClient>;
export type Context = RequestContext<Notifications, object>;
export type MessageRow = Message;
/** A message with the key of its reader, which opens its content; null once they are erased. */
export interface ReadMessage extends Message {
  readonly key: DataKey | null;
}

/** What an event handler gets. */
export interface Heard {
  readonly domain: Notifications;
  readonly tx: Tx;
}
