import { Hands, keepBusy } from '#platform/domain/hands.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { mediumNames, secondsBetweenLooks, type Media, type Medium } from './config.ts';
import type { MessageRow, Notifications } from './context.ts';
import { postpone, sendMessage } from './sendMessage.ts';

/** So many messages of each medium are under way at a time. */
const inFlight = 5;
/** A message that has been under way for longer belongs to a process that died; an attempt takes a minute at most. */
const abandonedAfterMs = 5 * 60_000;

type HandsOf = Readonly<Record<Medium, Hands>>;

/** Settles, or lets wait again, what a process had taken that died. */
async function takeOver(domain: Notifications): Promise<void> {
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
}

/**
 * Begins to send what is due, oldest first, by each medium that has a hand free: a mail server that hangs keeps no text
 * message waiting, and a mail that hangs no other mail.
 * @returns how many were begun
 */
async function beginDue(domain: Notifications, media: Media, handsOf: HandsOf): Promise<number> {
  const free = mediumNames.filter((medium) => handsOf[medium].free > 0);
  const due = await domain.db.message.findMany({
    where: {
      status: 'WAITING',
      dueAt: { lte: domain.clock() },
      medium: { in: free },
      id: { notIn: mediumNames.flatMap((medium) => handsOf[medium].ids) },
    },
    orderBy: { dueAt: 'asc' },
    take: inFlight * free.length,
  });
  let begun = 0;
  for (const message of due) {
    const hands = handsOf[message.medium as Medium];
    if (hands.free === 0) continue;
    hands.begin(message.id, () => sendSafely(domain, media, message));
    begun += 1;
  }
  return begun;
}

/** One message that cannot be sent must not keep the others waiting. */
async function sendSafely(domain: Notifications, media: Media, message: MessageRow): Promise<void> {
  try {
    await sendMessage(domain, media, message);
  } catch (error) {
    domain.log.error({ err: error, messageId: message.id, orderId: message.orderId }, 'a message cannot be sent');
    await postpone(domain, message).catch((err: unknown) => domain.log.warn({ err }, 'a message cannot be postponed'));
  }
}

export const sendMessages = (domain: Notifications, media: Media): Background => ({
  name: 'messages to be sent',
  async run(signal) {
    const everyMs = secondsBetweenLooks(domain) * 1_000;
    const handsOf: HandsOf = { EMAIL: new Hands(inFlight), SMS: new Hands(inFlight), PUSH: new Hands(inFlight) };
    let takenOverAt = -Infinity;
    await keepBusy({ hands: Object.values(handsOf), everyMs, signal }, async () => {
      if (performance.now() - takenOverAt >= everyMs) {
        takenOverAt = performance.now();
        await takeOver(domain);
      }
      return beginDue(domain, media, handsOf);
    });
  },
});
