import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { beforeAll, beforeEach } from 'vitest';
import { ContactQueryService } from '#generated/proto/drburger/customers/v1/contact_pb.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { DataOf, EventEnvelope, NewEvent } from '#platform/events/defineEvent.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { service } from '#platform/rpc/service.ts';
import { newTraceparent, traceIdOf } from '#platform/telemetry/trace.ts';
import { busDatabase } from '#platform/testkit/testDatabase.ts';
import { testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { whenFileEnds } from '#platform/testkit/whenFileEnds.ts';
import { startMailbox, type Mailbox } from '#sandbox/mailbox/mailbox.ts';
import { DeliveryStatusChanged } from '#schema/events/delivery.ts';
import { LoyaltyGoodwillGiven, LoyaltyPointsEarned } from '#schema/events/loyalty.ts';
import { OrderStatusChanged } from '#schema/events/orders.ts';
import { PaymentChallenged, PaymentProcessed } from '#schema/events/payments.ts';
import type { Notifications } from '../context.ts';
import definition from '../main.ts';

/** What the stand-in for customers knows of one: an empty address means that they do not want news there. */
interface Reader {
  email: string;
  locale: string;
  phone?: string;
  push?: boolean;
  quietHours?: { from: string; to: string; timeZone: string };
}

/**
 * Has each test of a file run notifications on a bus of its own, with the mailbox of the sandbox to send to, a clock
 * that stands still, a stand-in for customers, and a new customer who wants news by e-mail in English.
 */
export function testNews() {
  const password = 'the-password-of-the-mailbox';
  const readers = new Map<string, Reader>();
  const receiptEmails = new Map<string, string>();
  let bus: EventBus;

  const news = {
    graph: undefined as unknown as TestSubgraph<Notifications>,
    mailbox: undefined as unknown as Mailbox,
    now: new Date('2026-03-01T12:00:00Z'),
    customerId: '',
    email: '',
    customersDown: false,
    readers,
    /** Where receipts and news of a membership go, which need no consent. */
    receiptEmails,
    envelope,
    ready,
    toldOf,
    say,
    /** Of several domains, each to the topic of its own. */
    async sayAll(events: readonly EventEnvelope[]): Promise<void> {
      for (const source of new Set(events.map((event) => event.source)))
        await say(...events.filter((event) => event.source === source));
    },
    rows,
    mailsTo: (address: string) => news.mailbox.mails().filter(({ to }) => to === address),
    settledAs: (status: string) =>
      until(async () => (await rows()).some((row) => row.status === status), { what: `a message is ${status}` }),
    /** Waits for a first failed try, and then moves the clock to the next one. */
    async tryAgain(): Promise<void> {
      await until(async () => (await rows()).some(({ status, dueAt }) => status === 'WAITING' && dueAt > news.now));
      news.now = new Date((await rows())[0]!.dueAt.getTime() + 1);
    },
  };

  beforeAll(async () => {
    bus = await postgresBus({ databaseUrl: (await busDatabase()).url, log: pino({ level: 'silent' }) });
    whenFileEnds(() => bus.close());
    news.mailbox = await startMailbox({ smtpPort: 0, pagePort: 0, password, textingKey: password });
    whenFileEnds(() => news.mailbox.close());
    const key = () => randomBytes(32).toString('base64');
    news.graph = await testSubgraph<Notifications>(definition, {
      bus,
      clock: () => news.now,
      configuration: {
        PII_MASTER_KEYS: key(),
        PII_INDEX_KEY: key(),
        SMTP_URL: news.mailbox.smtpUrl,
        SMTP_PASSWORD: password,
        SMTP_STARTTLS: 'off',
        MAIL_FROM: 'Dr. Burger <orders@drburger.example>',
        MESSAGES_SECONDS: 0.05,
        TEXTING_URL: news.mailbox.pageUrl,
        TEXTING_API_KEY: password,
      },
      others: {
        customers: [
          service(ContactQueryService, ['notifications'], {
            getOrderNewsContact({ customerId }) {
              if (news.customersDown) throw new Error('customers are down');
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
  beforeEach(() => {
    news.customerId = uuidv7();
    news.email = `reader-${news.customerId}@example.com`;
    readers.set(news.customerId, { email: news.email, locale: 'EN' });
    news.customersDown = false;
  });
  return news;

  function envelope({ definition: { name, version, domain, aggregate }, data }: NewEvent): EventEnvelope {
    const traceparent = newTraceparent();
    return {
      eventId: uuidv7(),
      eventType: name,
      version,
      timestamp: news.now.toISOString(),
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

  /** An order of the customer is ready, or what else is told of it. */
  function ready(over: Partial<DataOf<typeof OrderStatusChanged>> = {}): EventEnvelope {
    return envelope(
      OrderStatusChanged.of({
        orderId: uuidv7(),
        orderNumber: 7,
        storeId: uuidv7(),
        customerId: news.customerId,
        service: 'TAKEAWAY',
        from: 'PREPARING',
        to: 'READY',
        reason: null,
        total: 1_299,
        currency: 'EUR',
        exponent: 2,
        at: news.now.toISOString(),
        ...over,
      }) as unknown as NewEvent,
    );
  }

  /** What payments, delivery and loyalty tell of an order of the customer. */
  function toldOf(orderId: string) {
    const at = () => news.now.toISOString();
    const { customerId } = news;
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
  }

  async function say(...events: EventEnvelope[]): Promise<void> {
    await bus.publish(
      `${events[0]!.source.replace('-service', '')}.v1`,
      events.map((event) => ({ key: event.metadata.aggregateId, value: event })),
    );
  }

  function rows(medium = 'EMAIL') {
    return news.graph.domain.db.message.findMany({
      where: { customerId: news.customerId, medium },
      orderBy: { id: 'asc' },
    });
  }
}
