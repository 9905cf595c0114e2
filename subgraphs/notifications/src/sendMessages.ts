import { pause } from '#platform/events/pause.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { secondsBetweenLooks, type Media } from './config.ts';
import type { MessageRow, Notifications } from './context.ts';
import { postpone, sendMessage } from './sendMessage.ts';

const atOnce = 50;
const inFlight = 5;
/** A message that has been under way for longer belongs to a process that died; an attempt takes a minute at most. */
const abandonedAfterMs = 5 * 60_000;

/** Sends what is due, oldest first, and returns how many messages it looked at. */
export async function sendDueMessages(domain: Notifications, media: Media): Promise<number> {
  const now = domain.clock();
  const abandoned = { status: 'SENDING', dueAt: { lt: new Date(now.getTime() - abandonedAfterMs) } };
  await domain.db.message.updateMany({
    where: { ...abandoned, medium: 'EMAIL' },
    data: { status: 'UNCERTAIN', settledAt: now },
  });
  // A gateway sends a message once for each id, so that it can be given it again.
  await domain.db.message.updateMany({
    where: { ...abandoned, medium: { not: 'EMAIL' } },
    data: { status: 'WAITING', dueAt: now },
  });
  const due = await domain.db.message.findMany({
    where: { status: 'WAITING', dueAt: { lte: now } },
    orderBy: { dueAt: 'asc' },
    take: atOnce,
  });
  const queue = [...due];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await sendSafely(domain, media, next);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return due.length;
}

/** One message that cannot be sent must not keep the others waiting. */
async function sendSafely(domain: Notifications, media: Media, message: MessageRow): Promise<void> {
  try {
    await sendMessage(domain, media, message);
  } catch (error) {
    domain.log.error({ err: error, messageId: message.id, orderId: message.orderId }, 'a message cannot be sent');
    await postpone(domain, message);
  }
}

export const sendMessages = (domain: Notifications, media: Media): Background => ({
  name: 'messages to be sent',
  async run(signal) {
    while (!signal.aborted) {
      const found = await sendDueMessages(domain, media);
      if (found === atOnce) continue;
      await pause(secondsBetweenLooks(domain) * 1_000, signal);
    }
  },
});
