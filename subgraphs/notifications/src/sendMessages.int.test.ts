import { v7 as uuidv7 } from 'uuid';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { testNews } from './testing/testNews.ts';

const news = testNews();
const { readers, receiptEmails, ready, toldOf, say, sayAll, rows, mailsTo, settledAs, tryAgain } = news;

it('1,000 events with duplicates make one message each, and one mail for each reader who wants it', async () => {
  const reader = news.customerId;
  const people = Array.from({ length: 1_000 }, () => uuidv7());
  const wanting = people.filter((_, n) => n % 10 === 0);
  for (const id of people) readers.set(id, { email: wanting.includes(id) ? `${id}@example.com` : '', locale: 'EN' });
  // A fifth of each of payments, deliveries, loyalty's two and orders.
  const events = people.map((id, n) => {
    news.customerId = id;
    const told = toldOf(uuidv7());
    const kinds = [
      () => ready(),
      told.points,
      told.gift,
      () => told.delivery('DELIVERED'),
      () => told.processed('REFUNDED', 1),
    ];
    return kinds[Math.floor(n / 10) % 5]!();
  });
  news.customerId = reader;
  await sayAll(events.flatMap((event, n) => (n % 3 === 0 ? [event, event] : [event])));
  await sayAll(events.slice(0, 200));
  const settled = () =>
    news.graph.domain.db.message.findMany({
      where: { customerId: { in: people }, medium: 'EMAIL', NOT: { settledAt: null } },
    });
  await until(async () => (await settled()).length === 1_000, { what: 'all are settled', timeoutMs: 150_000 });
  const last = ready();
  await sayAll([last, ...events.slice(-100)]);
  await settledAs('SENT');
  const all = await settled();
  expect(new Set(all.map((row) => row.eventId)).size).toBe(1_000);
  const sentTo = news.mailbox
    .mails()
    .flatMap(({ to }) => (wanting.some((id) => to === `${id}@example.com`) ? [to] : []));
  expect(sentTo.sort()).toEqual(wanting.map((id) => `${id}@example.com`).sort());
}, 180_000);

describe('text messages and notifications', () => {
  const phoneOf = () => `+4930${Number.parseInt(news.customerId.slice(-8), 16)}`;
  const tellBy = (media: { sms?: boolean; push?: boolean; quietHours?: typeof night }) =>
    readers.set(news.customerId, {
      email: '',
      locale: 'EN',
      phone: media.sms ? phoneOf() : '',
      push: media.push ?? false,
      quietHours: media.quietHours,
    });
  const night = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
  const texts = (medium: 'SMS' | 'PUSH', to: string) =>
    news.mailbox.texting!.taken.filter((each) => each.medium === medium && each.to === to).map(({ text }) => text);
  const settled = (medium: string, status: string, count = 1) =>
    until(async () => (await rows(medium)).filter((row) => row.status === status).length === count, {
      what: `${count} ${medium} ${status}`,
    });
  afterEach(() => news.mailbox.texting!.behave({}));

  it('go once by each medium that the customer wants, though the event comes three times', async () => {
    tellBy({ sms: true, push: true });
    const event = ready();
    await say(event, event);
    await settled('SMS', 'SENT');
    await settled('PUSH', 'SENT');
    await say(event);
    await settledAs('UNWANTED');
    expect(texts('SMS', phoneOf())).toEqual(['Your order 7 is ready at the counter.']);
    expect(texts('PUSH', news.customerId)).toEqual(['Your order 7 is ready at the counter.']);
  });

  it('are not sent without consent', async () => {
    tellBy({ push: true });
    await say(ready());
    await settled('SMS', 'UNWANTED');
    await settled('PUSH', 'SENT');
  });

  it('are sent once though the answer of the gateway is lost, and later when it fails', async () => {
    tellBy({ sms: true });
    news.mailbox.texting!.behave({ loseAnswers: 2 });
    await say(ready());
    await until(async () => (await rows('SMS')).some(({ status, dueAt }) => status === 'WAITING' && dueAt > news.now));
    news.now = new Date((await rows('SMS'))[0]!.dueAt.getTime() + 1);
    await settled('SMS', 'SENT');
    expect(texts('SMS', phoneOf())).toHaveLength(1);
  });

  it('keep the text that the gateway may have taken, when others are due together with them', async () => {
    news.now = new Date('2026-03-10T20:59:59Z');
    tellBy({ sms: true, quietHours: night });
    news.mailbox.texting!.behave({ loseAnswers: 2 });
    await say(ready());
    await until(async () => (await rows('SMS')).some(({ status, tries }) => status === 'WAITING' && tries === 1));
    expect(texts('SMS', phoneOf())).toEqual(['Your order 7 is ready at the counter.']);
    news.now = new Date('2026-03-10T21:00:10Z');
    await say(ready({ orderNumber: 8 }), ready({ orderNumber: 9 }));
    await until(async () => {
      const all = await rows('SMS');
      return all.length === 3 && all.every(({ heldUntil }) => heldUntil !== null);
    });
    news.now = new Date('2026-03-11T06:00:00Z');
    await until(async () => (await rows('SMS')).every(({ settledAt }) => settledAt !== null));
    const told = texts('SMS', phoneOf()).flatMap((text) => text.split('\n'));
    expect(told.sort()).toEqual([7, 8, 9].map((number) => `Your order ${number} is ready at the counter.`));
  });

  it('end a number that does not exist', async () => {
    tellBy({ sms: true });
    news.mailbox.texting!.behave({ refusal: 'unknown_number' });
    await say(ready());
    await settled('SMS', 'BOUNCED');
    news.mailbox.texting!.behave({});
    await say(ready());
    await settled('SMS', 'BOUNCED', 2);
    expect(texts('SMS', phoneOf())).toEqual([]);
  });

  it('wait for the end of quiet hours by the customer’s clock, and are told together then', async () => {
    news.now = new Date('2026-03-28T22:30:00Z');
    tellBy({ sms: true, quietHours: night });
    const orderId = uuidv7();
    await say(ready({ orderId, to: 'CONFIRMED' }), ready({ orderId }), ready({ orderNumber: 8 }));
    const held = await until(async () => {
      const all = await rows('SMS');
      return all.length === 3 && all.every(({ heldUntil }) => heldUntil !== null) && all;
    });
    // Summer time begins that night: seven o'clock is an hour sooner.
    expect(held.map(({ dueAt }) => dueAt.toISOString())).toEqual(Array(3).fill('2026-03-29T05:00:00.000Z'));
    expect(texts('SMS', phoneOf())).toEqual([]);
    news.now = new Date('2026-03-29T05:00:00Z');
    await settled('SMS', 'SENT');
    await settled('SMS', 'DIGESTED', 2);
    // Events of two orders may be heard in any order.
    expect(texts('SMS', phoneOf()).map((text) => text.split('\n').sort())).toEqual([
      ['Your order 7 is ready at the counter.', 'Your order 8 is ready at the counter.'],
    ]);
  });
});

describe('a mail server that fails', () => {
  it('is tried again later when it says so, and gets the message once', async () => {
    news.mailbox.fail({ at: 'address', code: 450, times: 1 });
    await say(ready());
    await tryAgain();
    await settledAs('SENT');
    expect([mailsTo(news.email).length, (await rows())[0]!.tries]).toEqual([1, 2]);
  });

  it('ends an address that it says does not exist', async () => {
    news.mailbox.fail({ at: 'address', code: 550, times: 1 });
    await say(ready());
    await settledAs('BOUNCED');
    await say(ready());
    await until(async () => (await rows()).filter(({ status }) => status === 'BOUNCED').length === 2);
    expect(mailsTo(news.email)).toEqual([]);
    expect((await rows()).map(({ tries }) => tries)).toEqual([1, 0]);
  });

  it('may refuse one message, and take the next', async () => {
    news.mailbox.fail({ at: 'message', code: 554, times: 1 });
    await say(ready());
    await settledAs('REFUSED');
    await say(ready());
    await settledAs('SENT');
    expect(mailsTo(news.email)).toHaveLength(1);
  });

  it('never gets a message twice: one whose answer was lost stays uncertain', async () => {
    news.mailbox.fail({ at: 'lost', times: 1 });
    await say(ready());
    await settledAs('UNCERTAIN');
    expect(mailsTo(news.email)).toHaveLength(1);
  });

  it('holds up neither text messages nor other mails while it does not answer', async () => {
    readers.set(news.customerId, { email: news.email, locale: 'EN', phone: '+493012345' });
    news.mailbox.fail({ at: 'held', times: 1 });
    await say(ready());
    const statuses = async (medium: string) => (await rows(medium)).map(({ status }) => status);
    await until(async () => (await statuses('EMAIL')).join() === 'SENDING');
    await until(async () => (await statuses('SMS')).join() === 'SENT');
    await say(ready());
    await until(async () => (await statuses('EMAIL')).join() === 'SENDING,SENT');
    news.mailbox.answerHeld();
    await until(async () => (await statuses('EMAIL')).join() === 'SENT,SENT');
    expect(mailsTo(news.email)).toHaveLength(2);
  });

  it('is left alone while customers are down', async () => {
    news.customersDown = true;
    await say(ready());
    await until(async () => (await rows()).some(({ tries }) => tries === 1));
    news.customersDown = false;
    await tryAgain();
    await settledAs('SENT');
  });
});

it('messages of which no mail can be made keep no other waiting, and are not tried again and again', async () => {
  const eventIds = Array.from({ length: 50 }, () => uuidv7());
  await news.graph.domain.db.message.createMany({
    data: eventIds.map((eventId) => ({
      id: uuidv7(),
      eventId,
      customerId: news.customerId,
      orderId: uuidv7(),
      medium: 'EMAIL',
      about: 'ORDER_RECEIPT',
      facts: { orderNumber: 1, service: 'TAKEAWAY', total: 1, currency: 'no currency', exponent: 2 },
      status: 'WAITING',
      dueAt: new Date(news.now.getTime() - 1_000),
      createdAt: news.now,
    })),
  });
  receiptEmails.set(news.customerId, news.email);
  await say(ready());
  await settledAs('SENT');
  const stuck = await news.graph.domain.db.message.findMany({ where: { eventId: { in: eventIds } } });
  expect(stuck.every(({ status, tries, dueAt }) => status === 'WAITING' && tries === 1 && dueAt > news.now)).toBe(true);
  await news.graph.domain.db.message.deleteMany({ where: { eventId: { in: eventIds } } });
});
