import type { Prisma } from '#generated/notifications/prisma/client.ts';
import { mediaWith } from './config.ts';
import type { Notifications, Tx } from './context.ts';
import { isOwed, type Subject } from './texts.ts';

interface NewMessage {
  readonly eventId: string;
  readonly customerId: string;
  readonly orderId: string;
  readonly about: Subject;
  readonly facts: Prisma.JsonValue;
  /** How long it waits, because it may be settled by then. */
  readonly afterMs?: number;
}

/**
 * Writes down that a customer is to be told of an event, once for each event and medium. It is sent soon after the
 * commit. What is owed goes by e-mail alone.
 */
export async function writeMessage(
  domain: Notifications,
  tx: Tx,
  { facts, afterMs = 0, ...message }: NewMessage,
): Promise<void> {
  const now = domain.clock();
  await tx.message.createMany({
    data: (isOwed(message.about) ? ['EMAIL'] : mediaWith(domain)).map((medium) => ({
      id: domain.newId(),
      medium,
      ...message,
      facts: facts as Prisma.InputJsonValue,
      status: 'WAITING',
      dueAt: new Date(now.getTime() + afterMs),
      createdAt: now,
    })),
    skipDuplicates: true,
  });
}
