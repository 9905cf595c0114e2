import { VendorContactService } from '#generated/proto/drburger/marketplace/v1/marketplace_pb.ts';
import type { VendorMail } from '#generated/notifications/prisma/client.ts';
import { workThrough } from '#platform/domain/workThrough.ts';
import { pause } from '#platform/events/pause.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { secondsBetweenLooks } from './config.ts';
import type { Notifications } from './context.ts';
import type { Mail } from './mail/mail.ts';
import { renderEmail } from './renderEmail.ts';
import { pauseAfter } from './sendMessage.ts';

const atOnce = 20;
/** A mail that has been under way for longer belongs to a process that died; an attempt takes a minute at most. */
const abandonedAfterMs = 5 * 60_000;

/**
 * Sends the e-mails to vendors that are due. Each is sent at most once: that it is being sent is committed before the
 * mail server hears of it. One of an order that the vendor may not answer any more is not sent.
 * @returns how many were looked at
 */
export async function sendVendorMails(domain: Notifications, mail: Mail): Promise<number> {
  const now = domain.clock();
  await domain.db.vendorMail.updateMany({
    where: { status: 'SENDING', dueAt: { lt: new Date(now.getTime() - abandonedAfterMs) } },
    data: { status: 'UNCERTAIN', settledAt: now },
  });
  const due = await domain.db.vendorMail.findMany({
    where: { status: 'WAITING', dueAt: { lte: now } },
    orderBy: { dueAt: 'asc' },
    take: atOnce,
  });
  await workThrough(due, { log: domain.log, what: 'an e-mail to a vendor', atOnce: 5 }, async (row) => {
    try {
      await send(domain, mail, row);
    } catch (error) {
      // Nothing was sent: only the question to the marketplace throws.
      await later(domain, row, 'WAITING');
      throw error;
    }
  });
  return due.length;
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
    while (!signal.aborted) {
      const found = await sendVendorMails(domain, mail);
      if (found < atOnce) await pause(secondsBetweenLooks(domain) * 1_000, signal);
    }
  },
});
