import { ContactQueryService } from '#generated/proto/drburger/customers/v1/contact_pb.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { MessageRow, Notifications } from './context.ts';
import type { Media, Medium } from './config.ts';
import { claim, newsIn } from './claim.ts';
import type { Mail, MailOutcome } from './mail/mail.ts';
import { newsForMs } from './newsForMs.ts';
import { quietUntil } from './quietUntil.ts';
import { renderEmail, type Words } from './renderEmail.ts';
import type { Texting } from './texting/texting.ts';
import { sealContent, type Content } from './sealedContent.ts';
import { isOwed, isOver, wordsOf, type Subject } from './texts.ts';

const firstPauseMs = 5_000;
const longestPauseMs = 15 * 60_000;
/** What a customer is owed is tried for so long. */
const owedForMs = 14 * 86_400_000;

/** The pause after a number of failed tries: it doubles from 5 seconds up to 15 minutes. */
export const pauseAfter = (tries: number): number => Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs);

const statusOf = {
  sent: 'SENT',
  bounced: 'BOUNCED',
  refused: 'REFUSED',
  uncertain: 'UNCERTAIN',
} as const satisfies Record<Exclude<MailOutcome, 'later'>, string>;

/**
 * Sends a waiting message, at most once: that it is being sent is committed before anybody hears of it, and nothing
 * brings it back from there but the certainty that it was not taken. What rings waits for the end of quiet hours.
 */
export async function sendMessage(domain: Notifications, media: Media, message: MessageRow): Promise<void> {
  const now = domain.clock();
  const newsSince = message.heldUntil ?? message.createdAt;
  const freshForMs = isOwed(message.about as Subject) ? owedForMs : newsForMs;
  if (now.getTime() - newsSince.getTime() > freshForMs || isOver(message.facts, now))
    return settle(domain, message, 'EXPIRED');
  const medium = message.medium as Medium;
  let reader;
  try {
    reader = await readerOf(domain, message);
  } catch (error) {
    domain.log.warn({ err: error, messageId: message.id }, 'customers cannot be asked about a message');
    return postpone(domain, message);
  }
  const sender = media[medium];
  if (!reader?.to || !sender) return settle(domain, message, 'UNWANTED');
  const until = medium !== 'EMAIL' && reader.quietHours ? quietUntil(reader.quietHours, now) : null;
  if (until) return hold(domain, message, until);
  const addressIndex = keyringOf(domain).blindIndex(medium.toLowerCase(), reader.to.trim().toLowerCase());
  if (await domain.db.endedAddress.findUnique({ where: { addressIndex } })) return settle(domain, message, 'BOUNCED');

  // Whatever cannot be put into words fails before it is taken.
  wordsOf([newsIn(message)], reader);
  const news = await claim(domain, message);
  if (!news) return;
  const words = wordsOf(news, reader);
  const { outcome, reason } = await send(sender, medium, message.id, reader.to, words);
  domain.log.info({ messageId: message.id, orderId: message.orderId, outcome, reason }, 'tried to send a message');
  if (outcome === 'later') return postpone(domain, { ...message, tries: message.tries + 1, status: 'SENDING' });
  if (outcome === 'bounced')
    await domain.db.endedAddress.createMany({ data: [{ addressIndex, endedAt: now }], skipDuplicates: true });
  const { text } = renderEmail(words);
  await settle(
    domain,
    { ...message, status: 'SENDING' },
    statusOf[outcome],
    outcome === 'sent' ? { to: reader.to, subject: words.subject, text } : undefined,
  );
}

function send(
  sender: Mail | Texting,
  medium: Medium,
  id: string,
  to: string,
  words: Words,
): Promise<{ readonly outcome: MailOutcome; readonly reason?: string }> {
  if (medium === 'EMAIL') return (sender as Mail).send({ id, to, subject: words.subject, ...renderEmail(words) });
  return (sender as Texting).send({ id, to, title: words.subject, text: words.body });
}

/** How the customer of a message is told by its medium at this moment; null when there is no such customer. */
async function readerOf(domain: Notifications, message: MessageRow) {
  const contact = await contactFor(domain, message);
  if (!contact.found) return null;
  const { email, givenName, locale } = contact;
  const { phone = '', push = false, quietHours = undefined } = 'phone' in contact ? contact : {};
  const to = { EMAIL: email, SMS: phone, PUSH: push ? message.customerId : '' }[message.medium as Medium];
  return { to, givenName, locale, quietHours };
}

/** Lets a message wait until quiet hours are over. */
async function hold(domain: Notifications, { id }: MessageRow, until: Date): Promise<void> {
  const data = { dueAt: until, heldUntil: until };
  await domain.db.message.updateMany({ where: { id, status: 'WAITING' }, data });
}

/** The reader's address and language at this moment. What is owed needs no consent to news. */
const contactFor = (domain: Notifications, { about, customerId }: MessageRow) => {
  const customers = domain.rpc.client(ContactQueryService);
  return isOwed(about as Subject)
    ? customers.getReceiptContact({ customerId })
    : customers.getOrderNewsContact({ customerId });
};

/** Gives a message its final status, and keeps what was sent sealed. */
async function settle(domain: Notifications, message: MessageRow, status: string, sent?: Content): Promise<void> {
  await domain.transaction(async (tx) => {
    const content = sent ? await sealContent(domain, tx, message, sent) : null;
    await tx.message.updateMany({
      where: { id: message.id, status: message.status },
      data: { status, settledAt: domain.clock(), content },
    });
  });
}

/**
 * Has a message tried again later, unless it has left the status in which it was read. A try for which customers could
 * not be asked counts as well.
 */
export async function postpone(domain: Notifications, message: MessageRow): Promise<void> {
  const tries = message.status === 'SENDING' ? message.tries : message.tries + 1;
  await domain.db.message.updateMany({
    where: { id: message.id, status: message.status },
    data: { status: 'WAITING', tries, dueAt: new Date(domain.clock().getTime() + pauseAfter(tries)) },
  });
}
