import { VendorContactService } from '#generated/proto/drburger/marketplace/v1/marketplace_pb.ts';
import type { VendorMail } from '#generated/notifications/prisma/client.ts';
import { Hands, keepBusy } from '#platform/domain/hands.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { secondsBetweenLooks } from './config.ts';
import type { Notifications } from './context.ts';
import type { Mail } from './mail/mail.ts';
import { renderEmail } from './renderEmail.ts';
import { pauseAfter } from './sendMessage.ts';

const atOnce = 5;
/** A mail that has been under way for longer belongs to a process that died; an attempt takes a minute at most. */
const abandonedAfterMs = 5 * 60_000;

/**
 * Begins to send the e-mails to vendors that are due. Each is sent at most once: that it is being sent is committed
 * before the mail server hears of it. One of an order that the vendor may not answer any more is not sent.
 * @returns how many were begun
 */
async function beginDue(domain: Notifications, mail: Mail, hands: Hands): Promise<number> {
  const now = domain.clock();
  await domain.db.vendorMail.updateMany({
    where: { status: 'SENDING', dueAt: { lt: new Date(now.getTime() - abandonedAfterMs) } },
    data: { status: 'UNCERTAIN', settledAt: now },
  });
  const due = await domain.db.vendorMail.findMany({
    where: { status: 'WAITING', dueAt: { lte: now }, eventId: { notIn: hands.ids } },
    orderBy: { dueAt: 'asc' },
    take: hands.free,
  });
  for (const row of due) hands.begin(row.eventId, () => sendSafely(domain, mail, row));
  return due.length;
}

/** One that cannot be sent must not keep the others waiting. */
async function sendSafely(domain: Notifications, mail: Mail, row: VendorMail): Promise<void> {
  try {
    await send(domain, mail, row);
  } catch (err) {
    domain.log.warn({ err }, 'an e-mail to a vendor has to wait');
    // Nothing was sent: only the question to the marketplace throws.
    await later(domain, row, 'WAITING').catch((error: unknown) =>
      domain.log.warn({ err: error }, 'it cannot be noted'),
    );
  }
}

async function send(domain: Notifications, mail: Mail, row: VendorMail): Promise<void> {
  const { eventId, vendorId, marketplaceOrderId } = row;
  const contact = await domain.rpc.client(VendorContactService).getOrderContact({ vendorId, marketplaceOrderId });
  if (!contact.found || contact.email === '' || !contact.open) return settle(domain, row, 'WAITING', 'UNWANTED');
  const { count } = await domain.db.vendorMail.updateMany({
    where: { eventId, status: 'WAITING' },
    data: { status: 'SENDING', dueAt: domain.clock(), tries: { increment: 1 } },
  });
  // Another process has taken it.
  if (count === 0) return;
  const subject = 'An order waits for your answer';
  const words = {
    subject,
    greeting: `Hello ${contact.name},`,
    body: `The order ${marketplaceOrderId} waits for your answer until ${contact.answerBy} (UTC), and your system has not taken our webhook. Accept or decline it, or it is called off.`,
  };
  const { outcome, reason } = await mail.send({ id: eventId, to: contact.email, subject, ...renderEmail(words) });
  domain.log.info({ eventId, marketplaceOrderId, outcome, reason }, 'tried to tell a vendor by e-mail');
  if (outcome === 'later') await later(domain, { ...row, tries: row.tries + 1 }, 'SENDING');
  else await settle(domain, row, 'SENDING', outcome.toUpperCase());
}

const settle = async (domain: Notifications, { eventId }: VendorMail, from: string, status: string): Promise<void> =>
  void (await domain.db.vendorMail.updateMany({
    where: { eventId, status: from },
    data: { status, settledAt: domain.clock() },
  }));

const later = async (domain: Notifications, { eventId, tries }: VendorMail, from: string): Promise<void> => {
  const dueAt = new Date(domain.clock().getTime() + pauseAfter(Math.max(tries, 1)));
  const data = { status: 'WAITING', dueAt, ...(from === 'WAITING' && { tries: { increment: 1 } }) };
  await domain.db.vendorMail.updateMany({ where: { eventId, status: from }, data });
};

export const tellVendors = (domain: Notifications, mail: Mail): Background => ({
  name: 'e-mails to vendors',
  async run(signal) {
    const hands = new Hands(atOnce);
    const everyMs = secondsBetweenLooks(domain) * 1_000;
    await keepBusy({ hands: [hands], everyMs, signal }, () => beginDue(domain, mail, hands));
  },
});
