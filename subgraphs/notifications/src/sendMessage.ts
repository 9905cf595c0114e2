import { ContactQueryService } from '#generated/proto/drburger/customers/v1/contact_pb.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { MessageRow, Notifications } from './context.ts';
import type { Mail, MailOutcome } from './mail/mail.ts';
import { newsForMs } from './newsForMs.ts';
import { renderEmail } from './renderEmail.ts';
import { sealContent, type Content } from './sealedContent.ts';
import { textOf, type Facts, type Subject } from './texts.ts';

const firstPauseMs = 5_000;
const longestPauseMs = 15 * 60_000;

/** The pause after a number of failed tries: it doubles from 5 seconds up to 15 minutes. */
export const pauseAfter = (tries: number): number => Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs);

const statusOf = {
  sent: 'SENT',
  bounced: 'BOUNCED',
  refused: 'REFUSED',
  uncertain: 'UNCERTAIN',
} as const satisfies Record<Exclude<MailOutcome, 'later'>, string>;

/**
 * Sends a waiting message, at most once: that it is being sent is committed before the mail server hears of it, and
 * nothing brings it back from there but the certainty that the server has not taken it.
 */
export async function sendMessage(domain: Notifications, mail: Mail, message: MessageRow): Promise<void> {
  const now = domain.clock();
  if (now.getTime() - message.createdAt.getTime() > newsForMs) return settle(domain, message, 'EXPIRED');
  let reader;
  try {
    reader = await contactFor(domain, message);
  } catch (error) {
    domain.log.warn({ err: error, messageId: message.id }, 'customers cannot be asked about a message');
    return postpone(domain, message);
  }
  if (!reader.found || reader.email === '') return settle(domain, message, 'UNWANTED');
  const addressIndex = keyringOf(domain).blindIndex('email', reader.email.trim().toLowerCase());
  if (await domain.db.endedAddress.findUnique({ where: { addressIndex } })) return settle(domain, message, 'BOUNCED');

  const words = textOf(message.about as Subject, message.facts as unknown as Facts, reader);
  const { text, html } = renderEmail(words);
  const { count } = await domain.db.message.updateMany({
    where: { id: message.id, status: 'WAITING' },
    data: { status: 'SENDING', dueAt: now, tries: { increment: 1 } },
  });
  // Another process has taken the message, or its reader was erased meanwhile.
  if (count === 0) return;
  const { outcome, reason } = await mail.send({ id: message.id, to: reader.email, subject: words.subject, text, html });
  domain.log.info({ messageId: message.id, orderId: message.orderId, outcome, reason }, 'tried to send a message');
  if (outcome === 'later') return postpone(domain, { ...message, tries: message.tries + 1, status: 'SENDING' });
  if (outcome === 'bounced')
    await domain.db.endedAddress.createMany({ data: [{ addressIndex, endedAt: now }], skipDuplicates: true });
  await settle(
    domain,
    { ...message, status: 'SENDING' },
    statusOf[outcome],
    outcome === 'sent' ? { to: reader.email, subject: words.subject, text } : undefined,
  );
}

/** The reader's address and language at this moment. A receipt needs no consent to news: the customer asked for it. */
const contactFor = (domain: Notifications, { about, customerId }: MessageRow) => {
  const customers = domain.rpc.client(ContactQueryService);
  return (about as Subject) === 'ORDER_RECEIPT'
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
