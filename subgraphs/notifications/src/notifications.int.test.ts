import { isDeepStrictEqual } from 'node:util';
import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ContactQueryService } from '#generated/proto/drburger/customers/v1/contact_pb.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { DataOf, EventEnvelope, NewEvent } from '#platform/events/defineEvent.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { service } from '#platform/rpc/service.ts';
import { newTraceparent, traceIdOf } from '#platform/telemetry/trace.ts';
import { busDatabase } from '#platform/testkit/testDatabase.ts';
import { forgetOnce } from '#platform/subgraph/forgetOld.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { startMailbox, type Mailbox } from '#sandbox/mailbox/mailbox.ts';
import { CustomerErased, CustomerReceiptRequested } from '#schema/events/customers.ts';
import { DeliveryStatusChanged } from '#schema/events/delivery.ts';
import { LoyaltyGoodwillGiven, LoyaltyPointsEarned } from '#schema/events/loyalty.ts';
import { MembershipChanged, MembershipPriceAnnounced } from '#schema/events/memberships.ts';
import { MarketplaceOrderChanged } from '#schema/events/marketplace.ts';
import { OrderStatusChanged } from '#schema/events/orders.ts';
import { PaymentChallenged, PaymentProcessed } from '#schema/events/payments.ts';
import { roleScopes } from '#schema/scopes.ts';
import type { Notifications } from './context.ts';
import definition from './main.ts';

const password = 'the-password-of-the-mailbox';
let bus: EventBus;
let mailbox: Mailbox;
let graph: TestSubgraph<Notifications>;
let now = new Date('2026-03-01T12:00:00Z');
/** The stand-in for customers: who wants news, at which address. */
const readers = new Map<
  string,
  {
    email: string;
    locale: string;
    phone?: string;
    push?: boolean;
    quietHours?: { from: string; to: string; timeZone: string };
  }
>();
let customersDown = false;
const receiptEmails = new Map<string, string>();

beforeAll(async () => {
  bus = await postgresBus({ databaseUrl: (await busDatabase()).url, log: pino({ level: 'silent' }) });
  whenFileEnds(() => bus.close());
  mailbox = await startMailbox({ smtpPort: 0, pagePort: 0, password, textingKey: password });
  const key = () => randomBytes(32).toString('base64');
  graph = await testSubgraph<Notifications>(definition, {
    bus,
    clock: () => now,
    configuration: {
      PII_MASTER_KEYS: key(),
      PII_INDEX_KEY: key(),
      SMTP_URL: mailbox.smtpUrl,
      SMTP_PASSWORD: password,
      SMTP_STARTTLS: 'off',
      MAIL_FROM: 'Dr. Burger <orders@drburger.example>',
      MESSAGES_SECONDS: 0.05,
      TEXTING_URL: mailbox.pageUrl,
      TEXTING_API_KEY: password,
    },
    others: {
      customers: [
        service(ContactQueryService, ['notifications'], {
          getOrderNewsContact({ customerId }) {
            if (customersDown) throw new Error('customers are down');
            const reader = readers.get(customerId);
            return reader ? { found: true, givenName: 'Ada <b>', ...reader } : { found: false };
          },
          getReceiptContact: ({ customerId }) =>
            receiptEmails.has(customerId)
              ? { found: true, givenName: 'Ada', locale: 'DE', email: receiptEmails.get(customerId)! }
              : { found: false },
        }),
      ],
    },
  });
});
afterAll(async () => {
  await mailbox.close();
});

let customerId: string;
let email: string;
beforeEach(() => {
  customerId = uuidv7();
  email = `reader-${customerId}@example.com`;
  readers.set(customerId, { email, locale: 'EN' });
  customersDown = false;
});

function envelope({ definition: { name, version, domain, aggregate }, data }: NewEvent): EventEnvelope {
  const traceparent = newTraceparent();
  return {
    eventId: uuidv7(),
    eventType: name,
    version,
    timestamp: now.toISOString(),
    source: `${domain}-service`,
    data,
    metadata: {
      aggregateId: aggregate(data as never),
      aggregateVersion: 1,
      causationId: 'test',
      correlationId: traceIdOf(traceparent),
      traceparent,
      actor: 'service:test',
    },
  };
}

const ready = (over: Partial<DataOf<typeof OrderStatusChanged>> = {}) =>
  envelope(
    OrderStatusChanged.of({
      orderId: uuidv7(),
      orderNumber: 7,
      storeId: uuidv7(),
      customerId,
      service: 'TAKEAWAY',
      from: 'PREPARING',
      to: 'READY',
      reason: null,
      total: 1_299,
      currency: 'EUR',
      exponent: 2,
      at: now.toISOString(),
      ...over,
    }) as unknown as NewEvent,
  );

const say = (...events: EventEnvelope[]) =>
  bus.publish(
    `${events[0]!.source.replace('-service', '')}.v1`,
    events.map((event) => ({ key: event.metadata.aggregateId, value: event })),
  );

/** Of several domains, each to the topic of its own. */
const sayAll = async (events: readonly EventEnvelope[]) => {
  for (const source of new Set(events.map((event) => event.source)))
    await say(...events.filter((event) => event.source === source));
};

const rows = (medium = 'EMAIL') =>
  graph.domain.db.message.findMany({ where: { customerId, medium }, orderBy: { id: 'asc' } });
const mailsTo = (address: string) => mailbox.mails().filter(({ to }) => to === address);
const settledAs = (status: string) =>
  until(async () => (await rows()).some((row) => row.status === status), { what: `a message is ${status}` });
/** Waits for a first failed try, and then moves the clock to the next one. */
const tryAgain = async () => {
  await until(async () => (await rows()).some(({ status, dueAt }) => status === 'WAITING' && dueAt > now));
  now = new Date((await rows())[0]!.dueAt.getTime() + 1);
};

describe('an order that is ready', () => {
  it('is told once in the language of the customer, though the event comes three times', async () => {
    readers.set(customerId, { email, locale: 'DE' });
    const event = ready();
    await say(event, event);
    await settledAs('SENT');
    await say(event, ready({ orderNumber: 8 }));
    await until(() => mailsTo(email).some(({ subject }) => subject.includes('8')));
    expect(mailsTo(email).map(({ subject }) => subject)).toEqual([
      'Bestellung 7 ist fertig',
      'Bestellung 8 ist fertig',
    ]);
    const [mail] = mailsTo(email);
    expect(mail).toMatchObject({ from: '"Dr. Burger" <orders@drburger.example>', to: email });
    expect(mail!.text).toContain('Hallo Ada <b>,');
    expect(mail!.html).toContain('Hallo Ada &lt;b&gt;,');
    expect(mail!.html).not.toContain('{{');
  });

  it.each([
    ['has not consented', () => readers.set(customerId, { email: '', locale: 'EN' })],
    ['is no customer any more', () => readers.delete(customerId)],
  ])('is not told to one who %s', async (_, change) => {
    change();
    await say(ready());
    await settledAs('UNWANTED');
    expect(mailsTo(email)).toEqual([]);
  });

  it('is not told when it is news no more, nor to guests without a profile', async () => {
    await say(ready({ at: new Date(now.getTime() - 7 * 3_600_000).toISOString() }), ready({ customerId: null }));
    await say(ready());
    await settledAs('SENT');
    expect(await rows()).toHaveLength(1);
  });
});

it('1,000 events with duplicates make one message each, and one mail for each reader who wants it', async () => {
  const reader = customerId;
  const people = Array.from({ length: 1_000 }, () => uuidv7());
  const wanting = people.filter((_, n) => n % 10 === 0);
  for (const id of people) readers.set(id, { email: wanting.includes(id) ? `${id}@example.com` : '', locale: 'EN' });
  // A fifth of each of payments, deliveries, loyalty's two and orders.
  const events = people.map((id, n) => {
    customerId = id;
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
  customerId = reader;
  await sayAll(events.flatMap((event, n) => (n % 3 === 0 ? [event, event] : [event])));
  await sayAll(events.slice(0, 200));
  const settled = () =>
    graph.domain.db.message.findMany({
      where: { customerId: { in: people }, medium: 'EMAIL', NOT: { settledAt: null } },
    });
  await until(async () => (await settled()).length === 1_000, { what: 'all are settled', timeoutMs: 150_000 });
  const last = ready();
  await sayAll([last, ...events.slice(-100)]);
  await settledAs('SENT');
  const all = await settled();
  expect(new Set(all.map((row) => row.eventId)).size).toBe(1_000);
  const sentTo = mailbox.mails().flatMap(({ to }) => (wanting.some((id) => to === `${id}@example.com`) ? [to] : []));
  expect(sentTo.sort()).toEqual(wanting.map((id) => `${id}@example.com`).sort());
}, 180_000);

describe('text messages and notifications', () => {
  const phoneOf = () => `+4930${Number.parseInt(customerId.slice(-8), 16)}`;
  const tellBy = (media: { sms?: boolean; push?: boolean; quietHours?: typeof night }) =>
    readers.set(customerId, {
      email: '',
      locale: 'EN',
      phone: media.sms ? phoneOf() : '',
      push: media.push ?? false,
      quietHours: media.quietHours,
    });
  const night = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
  const texts = (medium: 'SMS' | 'PUSH', to: string) =>
    mailbox.texting!.taken.filter((each) => each.medium === medium && each.to === to).map(({ text }) => text);
  const settled = (medium: string, status: string, count = 1) =>
    until(async () => (await rows(medium)).filter((row) => row.status === status).length === count, {
      what: `${count} ${medium} ${status}`,
    });
  afterEach(() => mailbox.texting!.behave({}));

  it('go once by each medium that the customer wants, though the event comes three times', async () => {
    tellBy({ sms: true, push: true });
    const event = ready();
    await say(event, event);
    await settled('SMS', 'SENT');
    await settled('PUSH', 'SENT');
    await say(event);
    await settledAs('UNWANTED');
    expect(texts('SMS', phoneOf())).toEqual(['Your order 7 is ready at the counter.']);
    expect(texts('PUSH', customerId)).toEqual(['Your order 7 is ready at the counter.']);
  });

  it('are not sent without consent', async () => {
    tellBy({ push: true });
    await say(ready());
    await settled('SMS', 'UNWANTED');
    await settled('PUSH', 'SENT');
  });

  it('are sent once though the answer of the gateway is lost, and later when it fails', async () => {
    tellBy({ sms: true });
    mailbox.texting!.behave({ loseAnswers: 2 });
    await say(ready());
    await until(async () => (await rows('SMS')).some(({ status, dueAt }) => status === 'WAITING' && dueAt > now));
    now = new Date((await rows('SMS'))[0]!.dueAt.getTime() + 1);
    await settled('SMS', 'SENT');
    expect(texts('SMS', phoneOf())).toHaveLength(1);
  });

  it('end a number that does not exist', async () => {
    tellBy({ sms: true });
    mailbox.texting!.behave({ refusal: 'unknown_number' });
    await say(ready());
    await settled('SMS', 'BOUNCED');
    mailbox.texting!.behave({});
    await say(ready());
    await settled('SMS', 'BOUNCED', 2);
    expect(texts('SMS', phoneOf())).toEqual([]);
  });

  it('wait for the end of quiet hours by the customer’s clock, and are told together then', async () => {
    now = new Date('2026-03-28T22:30:00Z');
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
    now = new Date('2026-03-29T05:00:00Z');
    await settled('SMS', 'SENT');
    await settled('SMS', 'DIGESTED', 2);
    // Events of two orders may be heard in any order.
    expect(texts('SMS', phoneOf()).map((text) => text.split('\n').sort())).toEqual([
      ['Your order 7 is ready at the counter.', 'Your order 8 is ready at the counter.'],
    ]);
  });
});

/** What payments, delivery and loyalty tell of an order of the customer. */
const toldOf = (orderId: string) => {
  const at = () => now.toISOString();
  const money = { paymentId: uuidv7(), orderId, storeId: uuidv7(), currency: 'EUR', exponent: 2 };
  const made = (event: unknown) => envelope(event as NewEvent);
  return {
    processed: (outcome: 'AUTHORISED' | 'REFUNDED' | 'VOIDED', amount: number, over: object = {}) =>
      made(PaymentProcessed.of({ ...money, customerId, outcome, amount, reason: null, at: at(), ...over })),
    challenged: (expiresAt: string) =>
      made(PaymentChallenged.of({ ...money, customerId, amount: 1_299, expiresAt, at: at() })),
    delivery: (to: 'PICKED_UP' | 'DELIVERED' | 'FAILED') =>
      made(
        DeliveryStatusChanged.of({
          ...{ deliveryId: uuidv7(), orderId, storeId: uuidv7(), customerId, courierId: null },
          ...{ from: 'ASSIGNED', to, reason: null, at: at() },
        }),
      ),
    points: () => made(LoyaltyPointsEarned.of({ customerId, orderId, points: 12, balance: 112, at: at() })),
    gift: () => made(LoyaltyGoodwillGiven.of({ customerId, points: 50, reason: 'LATE', balance: 162, at: at() })),
  };
};

describe('payments, deliveries and points', () => {
  it('are told once each, and what the order itself tells is not told twice', async () => {
    const told = toldOf(uuidv7());
    const news = [
      told.processed('REFUNDED', 500, { captured: 1_299, refunded: 500 }),
      told.processed('REFUNDED', 300, { captured: 1_299, refunded: 800 }),
      told.delivery('DELIVERED'),
      told.points(),
      told.gift(),
    ];
    const silent = [
      told.processed('AUTHORISED', 1_299, { afterChallenge: true }),
      told.processed('REFUNDED', 100, { customerId: null }),
      told.delivery('PICKED_UP'),
      told.delivery('FAILED'),
    ];
    for (const event of [...news, ...silent, ...news]) await say(event);
    await say(ready());
    await until(() => mailsTo(email).length === 6, { what: 'all are told' });
    expect(await rows()).toHaveLength(6);
    expect(
      mailsTo(email)
        .map(({ text }) => text.split('\n')[2])
        .sort(),
    ).toEqual([
      'We have given you 50 points. You have 162 now.',
      'We have paid back €3.00 to the card or wallet with which you paid, €8.00 in all. It takes your bank a few days to book it.',
      'We have paid back €5.00 to the card or wallet with which you paid. It takes your bank a few days to book it.',
      'Your order 7 is ready at the counter.',
      'Your order has earned you 12 points. You have 112 now.',
      'Your order was delivered. Enjoy your meal!',
    ]);
  });

  it('in German, and with the reason for which an order came to nothing', async () => {
    readers.set(customerId, { email, locale: 'DE' });
    await say(toldOf(uuidv7()).processed('REFUNDED', 1_299));
    await say(ready({ to: 'REJECTED', reason: 'PAYMENT_DECLINED' }));
    await until(() => mailsTo(email).length === 2, { what: 'both are told' });
    expect(
      mailsTo(email)
        .map(({ text }) => text)
        .join(),
    ).toMatch(/12,99\s€ auf die Karte/);
    expect(
      mailsTo(email)
        .map(({ text }) => text)
        .join(),
    ).toContain('weil deine Zahlung abgelehnt wurde');
  });

  it('ask to confirm a payment only who has not done so after a while, and nobody after the time for it', async () => {
    const [left, done, calledOff, late] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
    const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();
    await say(toldOf(left).challenged(inMinutes(10)));
    const confirmed = toldOf(done);
    await say(confirmed.challenged(inMinutes(10)));
    await say(confirmed.processed('AUTHORISED', 1_299, { afterChallenge: true }));
    const voided = toldOf(calledOff);
    await say(voided.challenged(inMinutes(10)));
    await say(voided.processed('VOIDED', 1_299));
    await say(toldOf(late).challenged(inMinutes(0.1)));
    const status = async () => Object.fromEntries((await rows()).map((row) => [row.orderId, row.status]));
    const heard = { [left]: 'WAITING', [done]: 'UNWANTED', [calledOff]: 'UNWANTED', [late]: 'WAITING' };
    await until(async () => isDeepStrictEqual(await status(), heard));
    expect(mailsTo(email)).toEqual([]);
    now = new Date(now.getTime() + 31_000);
    await until(async () => !Object.values(await status()).some((each) => ['WAITING', 'SENDING'].includes(each)));
    expect(await status()).toEqual({ [left]: 'SENT', [done]: 'UNWANTED', [calledOff]: 'UNWANTED', [late]: 'EXPIRED' });
    expect(mailsTo(email).map(({ subject }) => subject)).toEqual(['Please confirm your payment']);
  });

  it('of one order do not replace each other when they are told together', async () => {
    customersDown = true;
    const orderId = uuidv7();
    const told = toldOf(orderId);
    await say(ready({ orderId, to: 'OUT_FOR_DELIVERY' }));
    for (const event of [told.delivery('DELIVERED'), told.points(), told.processed('REFUNDED', 500)]) await say(event);
    await until(async () => {
      const all = await rows();
      return all.length === 4 && all.every(({ dueAt, createdAt }) => dueAt > createdAt);
    });
    customersDown = false;
    now = new Date(now.getTime() + 60_000);
    await until(() => mailsTo(email).length === 1, { what: 'all are told together' });
    expect(
      mailsTo(email)[0]!
        .text.split('\n')
        .slice(2, 5)
        .map((line) => line.slice(0, 20))
        .sort(),
    ).toEqual(['We have paid back €5', 'Your order has earne', 'Your order was deliv']);
  });
});

describe('an order from a vendor', () => {
  const became = (to: 'ACCEPTED' | 'FULFILLED' | 'CANCELLED', reason: string | null = null) =>
    envelope(
      MarketplaceOrderChanged.of({
        marketplaceOrderId: uuidv7(),
        vendorId: uuidv7(),
        customerId,
        from: 'OFFERED',
        to,
        reason,
        at: now.toISOString(),
      }) as unknown as NewEvent,
    );

  it('is told once when it is accepted or comes to nothing, but not to whoever has called it off', async () => {
    readers.set(customerId, { email, locale: 'EN' });
    const silent = became('CANCELLED', 'VENDOR_SILENT');
    await say(became('CANCELLED', 'CANCELLED_BY_CUSTOMER'), became('FULFILLED'), silent, silent, became('ACCEPTED'));
    await until(() => mailsTo(email).length === 2, { what: 'both are told' });
    expect(mailsTo(email).map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['Your order from a vendor was called off', 'Your order from a vendor is accepted']),
    );
    expect(await rows()).toHaveLength(2);
  });
});

describe('a membership', () => {
  it('is told of once by e-mail to one who wants no news, and a new price even if mail is down for a day', async () => {
    readers.set(customerId, { email: '', locale: 'DE' });
    receiptEmails.set(customerId, email);
    const membershipId = uuidv7();
    const changed = (what: 'STARTED' | 'RENEWED') =>
      envelope(
        MembershipChanged.of({
          membershipId,
          customerId,
          what,
          status: 'ACTIVE',
          planId: 'plus-monthly',
          periodStart: '2026-03-01',
          periodEnd: '2026-04-01',
          reason: null,
          at: now.toISOString(),
        }) as unknown as NewEvent,
      );
    const started = changed('STARTED');
    await say(started, started, changed('RENEWED'));
    await settledAs('SENT');
    mailbox.fail({ at: 'address', code: 450, times: 1 });
    await say(
      envelope(
        MembershipPriceAnnounced.of({
          membershipId,
          customerId,
          planId: 'plus-monthly',
          amount: 1_199,
          currency: 'EUR',
          exponent: 2,
          holdsFrom: '2026-06-01T00:00:00.000Z',
          at: now.toISOString(),
        }) as unknown as NewEvent,
      ),
    );
    await until(async () => (await rows()).some(({ status, dueAt }) => status === 'WAITING' && dueAt > now));
    now = new Date(now.getTime() + 86_400_000);
    await until(() => mailsTo(email).length === 2, { what: 'both are told' });
    expect(mailsTo(email).map(({ subject }) => subject)).toEqual([
      'Deine Mitgliedschaft hat begonnen',
      'Der Preis deiner Mitgliedschaft ändert sich',
    ]);
    expect(mailsTo(email)[1]!.text.replaceAll('\u00a0', ' ')).toContain(
      'ab der ersten Verlängerung am oder nach dem 2026-06-01 11,99 €',
    );
    expect(await graph.domain.db.message.count({ where: { customerId } })).toBe(2);
  });
});

describe('a receipt that support has sent again', () => {
  const receipt = (orderId: string) =>
    envelope(CustomerReceiptRequested.of({ customerId, orderId, at: now.toISOString() }) as unknown as NewEvent);

  it('goes once for each request to one who wants no news, and says what the order cost', async () => {
    readers.set(customerId, { email: '', locale: 'DE' });
    receiptEmails.set(customerId, email);
    const [orderId, twice] = [uuidv7(), uuidv7()];
    await say(ready({ orderId }));
    await settledAs('UNWANTED');
    const asked = receipt(orderId);
    await say(asked, asked);
    await say(receipt(twice));
    await settledAs('SENT');
    await say(receipt(orderId));
    await until(() => mailsTo(email).length === 2);
    expect(mailsTo(email).map(({ subject }) => subject)).toEqual(Array(2).fill('Dein Beleg für Bestellung 7'));
    expect(mailsTo(email)[0]!.text.replaceAll('\u00a0', ' ')).toContain('12,99 €');
    // For the order that is not theirs there is nothing to send.
    expect((await rows()).filter(({ about }) => about === 'ORDER_RECEIPT')).toHaveLength(2);
  });
});

describe('a mail server that fails', () => {
  it('is tried again later when it says so, and gets the message once', async () => {
    mailbox.fail({ at: 'address', code: 450, times: 1 });
    await say(ready());
    await tryAgain();
    await settledAs('SENT');
    expect([mailsTo(email).length, (await rows())[0]!.tries]).toEqual([1, 2]);
  });

  it('ends an address that it says does not exist', async () => {
    mailbox.fail({ at: 'address', code: 550, times: 1 });
    await say(ready());
    await settledAs('BOUNCED');
    await say(ready());
    await until(async () => (await rows()).filter(({ status }) => status === 'BOUNCED').length === 2);
    expect(mailsTo(email)).toEqual([]);
    expect((await rows()).map(({ tries }) => tries)).toEqual([1, 0]);
  });

  it('may refuse one message, and take the next', async () => {
    mailbox.fail({ at: 'message', code: 554, times: 1 });
    await say(ready());
    await settledAs('REFUSED');
    await say(ready());
    await settledAs('SENT');
    expect(mailsTo(email)).toHaveLength(1);
  });

  it('never gets a message twice: one whose answer was lost stays uncertain', async () => {
    mailbox.fail({ at: 'lost', times: 1 });
    await say(ready());
    await settledAs('UNCERTAIN');
    expect(mailsTo(email)).toHaveLength(1);
  });

  it('is left alone while customers are down', async () => {
    customersDown = true;
    await say(ready());
    await until(async () => (await rows()).some(({ tries }) => tries === 1));
    customersDown = false;
    await tryAgain();
    await settledAs('SENT');
  });
});

it('messages of which no mail can be made keep no other waiting, and are not tried again and again', async () => {
  const eventIds = Array.from({ length: 50 }, () => uuidv7());
  await graph.domain.db.message.createMany({
    data: eventIds.map((eventId) => ({
      id: uuidv7(),
      eventId,
      customerId,
      orderId: uuidv7(),
      medium: 'EMAIL',
      about: 'ORDER_RECEIPT',
      facts: { orderNumber: 1, service: 'TAKEAWAY', total: 1, currency: 'no currency', exponent: 2 },
      status: 'WAITING',
      dueAt: new Date(now.getTime() - 1_000),
      createdAt: now,
    })),
  });
  receiptEmails.set(customerId, email);
  await say(ready());
  await settledAs('SENT');
  const stuck = await graph.domain.db.message.findMany({ where: { eventId: { in: eventIds } } });
  expect(stuck.every(({ status, tries, dueAt }) => status === 'WAITING' && tries === 1 && dueAt > now)).toBe(true);
  await graph.domain.db.message.deleteMany({ where: { eventId: { in: eventIds } } });
});

describe('what was sent', () => {
  const support = principalWith(roleScopes.support, { roles: ['support'], subject: 'support-1' });
  const ask = `query ($id: ID!, $first: Int, $after: String) { customerMessages(customerId: $id, first: $first, after: $after) {
    edges { node { about medium status orderId content { to subject text } } } pageInfo { hasNextPage endCursor } } }`;

  it('is read by support in pages, by nobody else, and by nobody once the customer is erased', async () => {
    for (const orderNumber of [1, 2, 3]) await say(ready({ orderNumber }));
    await until(async () => (await rows()).filter(({ status }) => status === 'SENT').length === 3);
    for (const medium of ['SMS', 'PUSH'])
      await until(async () => (await rows(medium)).filter(({ status }) => status === 'UNWANTED').length === 3);
    await graph.domain.db.message.deleteMany({ where: { customerId, NOT: { medium: 'EMAIL' } } });
    const page = async (after?: string) =>
      (await graph.as(support)(ask, { id: customerId, first: 2, after })).data!['customerMessages'] as {
        edges: { node: { content: { to: string } | null } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    const first = await page();
    expect(first.edges[0]!.node).toMatchObject({ about: 'ORDER_READY', medium: 'EMAIL', status: 'SENT' });
    expect(first.edges.map(({ node }) => node.content?.to)).toEqual([email, email]);
    expect((await page(first.pageInfo.endCursor)).edges).toHaveLength(1);
    const { errors } = await graph.as(principalWith(roleScopes.manager, { roles: ['manager'] }))(ask, {
      id: customerId,
    });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const stored = await graph.domain.pool.query<{ all: string }>(
      `SELECT string_agg(row_to_json(message)::text, '') AS all FROM message WHERE customer_id = $1`,
      [customerId],
    );
    expect(stored.rows[0]!.all).not.toContain('Ada');
    expect(stored.rows[0]!.all).not.toContain(Buffer.from(email).toString('hex'));
    expect(stored.rows[0]!.all).not.toContain(email);

    await say(envelope(CustomerErased.of({ customerId, at: now.toISOString() }) as unknown as NewEvent));
    await until(async () => (await rows()).every(({ content }) => content === null));
    expect((await page()).edges.map(({ node }) => node.content)).toEqual([null, null]);
    // A message that was on its way when the customer was erased leaves nothing readable.
    await say(ready({ orderNumber: 4 }));
    await until(async () => (await rows()).filter(({ status }) => status === 'SENT').length === 4);
    expect((await rows()).map(({ content }) => content)).toEqual(Array(4).fill(null));
  });

  it('is readable for 90 days; that something was sent stays', async () => {
    await say(ready({ orderNumber: 1 }));
    await until(async () => (await rows()).some(({ status }) => status === 'SENT'));
    const sentAt = now.getTime();
    const readable = async () => (await rows()).filter(({ content }) => content !== null).length;
    now = new Date(sentAt + 89 * 86_400_000);
    await forgetOnce(graph.domain);
    expect(await readable()).toBe(1);
    now = new Date(sentAt + 91 * 86_400_000);
    expect((await forgetOnce(graph.domain))['public.message'], 'with those of others').toBeGreaterThanOrEqual(1);
    expect([await readable(), (await rows()).length]).toEqual([0, 1]);
  });
});
