import type { Prisma } from '#generated/notifications/prisma/client.ts';
import type { MessageRow, Notifications } from './context.ts';
import { isOver, isOwed, subjects, type Facts, type News, type Subject } from './texts.ts';

const mostTogether = 20;
const owed = subjects.filter(isOwed);

interface OtherRow extends Pick<MessageRow, 'id' | 'about' | 'facts' | 'orderId'> {
  readonly digest: readonly News[];
}

/** What a message tells by itself. */
export const newsIn = ({
  about,
  facts,
  orderId,
  id: messageId,
}: Pick<MessageRow, 'id' | 'about' | 'facts' | 'orderId'>): News => ({
  messageId,
  about: about as Subject,
  facts: facts as unknown as Facts,
  orderId,
});

/**
 * Marks a waiting message as being sent. One that was delayed, by quiet hours or by failures, takes with it what else
 * is due to the customer by this medium and was delayed: they get one message instead of one after the other.
 * @returns what it tells, the oldest first; undefined when another process has taken it, or its reader was erased
 */
export function claim(
  domain: Notifications,
  { id, customerId, medium }: MessageRow,
): Promise<readonly News[] | undefined> {
  const now = domain.clock();
  return domain.transaction(async (tx) => {
    // One at a time for each reader and medium, so that messages that are due together do not miss each other.
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${customerId} ${medium}`}, 0))::text`;
    await tx.$queryRaw`SELECT 1 FROM message WHERE id = ${id}::uuid FOR UPDATE`;
    const message = await tx.message.findUniqueOrThrow({ where: { id } });
    if (message.status !== 'WAITING') return undefined;
    // A gateway may have taken what was tried already. By the same id it takes no other text, so what is added would be
    // told to nobody; and what is added to another message would be told twice.
    const mayBeTaken = medium !== 'EMAIL' && message.tries > 0;
    const waiting =
      message.dueAt <= message.createdAt || isOwed(message.about as Subject) || mayBeTaken
        ? []
        : await tx.$queryRaw<OtherRow[]>`
            SELECT id, about, facts, order_id AS "orderId", digest FROM message
            WHERE customer_id = ${customerId}::uuid AND medium = ${medium} AND status = 'WAITING' AND id <> ${id}::uuid
              AND due_at <= ${now} AND due_at > created_at AND about <> ALL (${owed})
              AND (medium = 'EMAIL' OR tries = 0)
            ORDER BY id LIMIT ${mostTogether} FOR UPDATE`;
    const others = waiting.filter(({ facts }) => !isOver(facts, now));
    await tx.message.updateMany({
      where: { id: { in: others.map((each) => each.id) } },
      data: { status: 'DIGESTED', settledAt: now },
    });
    const digest = [
      ...(message.digest as unknown as News[]),
      ...others.flatMap((each) => [...each.digest, newsIn(each)]),
    ];
    await tx.message.update({
      where: { id },
      data: {
        status: 'SENDING',
        dueAt: now,
        tries: { increment: 1 },
        digest: digest as unknown as Prisma.InputJsonValue,
      },
    });
    return [newsIn(message), ...digest].sort((a, b) => (a.messageId < b.messageId ? -1 : 1));
  });
}
