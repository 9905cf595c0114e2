import { isDeepStrictEqual } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { NewEvent } from '#platform/events/defineEvent.ts';
import { forgetOnce } from '#platform/subgraph/forgetOld.ts';
import { principalWith } from '#platform/testkit/testSubgraph.ts';
import { until } from '#platform/testkit/until.ts';
import { CustomerErased, CustomerReceiptRequested } from '#schema/events/customers.ts';
import { MembershipChanged, MembershipPriceAnnounced } from '#schema/events/memberships.ts';
import { MarketplaceOrderChanged } from '#schema/events/marketplace.ts';
import { roleScopes } from '#schema/scopes.ts';
import { testNews } from './testing/testNews.ts';

const news = testNews();
const { readers, receiptEmails, envelope, ready, toldOf, say, rows, mailsTo, settledAs } = news;

describe('an order that is ready', () => {
  it('is told once in the language of the customer, though the event comes three times', async () => {
    readers.set(news.customerId, { email: news.email, locale: 'DE' });
    const event = ready();
    await say(event, event);
    await settledAs('SENT');
    await say(event, ready({ orderNumber: 8 }));
    await until(() => mailsTo(news.email).some(({ subject }) => subject.includes('8')));
    expect(mailsTo(news.email).map(({ subject }) => subject)).toEqual([
      'Bestellung 7 ist fertig',
      'Bestellung 8 ist fertig',
    ]);
    const [mail] = mailsTo(news.email);
    expect(mail).toMatchObject({ from: '"Dr. Burger" <orders@drburger.example>', to: news.email });
    expect(mail!.text).toContain('Hallo Ada <b>,');
    expect(mail!.html).toContain('Hallo Ada &lt;b&gt;,');
    expect(mail!.html).not.toContain('{{');
  });

  it.each([
    ['has not consented', () => readers.set(news.customerId, { email: '', locale: 'EN' })],
    ['is no customer any more', () => readers.delete(news.customerId)],
  ])('is not told to one who %s', async (_, change) => {
    change();
    await say(ready());
    await settledAs('UNWANTED');
    expect(mailsTo(news.email)).toEqual([]);
  });

  it('is not told when it is news no more, nor to guests without a profile', async () => {
    await say(ready({ at: new Date(news.now.getTime() - 7 * 3_600_000).toISOString() }), ready({ customerId: null }));
    await say(ready());
    await settledAs('SENT');
    expect(await rows()).toHaveLength(1);
  });
});

describe('payments, deliveries and points', () => {
  it('are told once each, and what the order itself tells is not told twice', async () => {
    const told = toldOf(uuidv7());
    const announced = [
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
    for (const event of [...announced, ...silent, ...announced]) await say(event);
    await say(ready());
    await until(() => mailsTo(news.email).length === 6, { what: 'all are told' });
    expect(await rows()).toHaveLength(6);
    expect(
      mailsTo(news.email)
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
    readers.set(news.customerId, { email: news.email, locale: 'DE' });
    await say(toldOf(uuidv7()).processed('REFUNDED', 1_299));
    await say(ready({ to: 'REJECTED', reason: 'PAYMENT_DECLINED' }));
    await until(() => mailsTo(news.email).length === 2, { what: 'both are told' });
    expect(
      mailsTo(news.email)
        .map(({ text }) => text)
        .join(),
    ).toMatch(/12,99\s€ auf die Karte/);
    expect(
      mailsTo(news.email)
        .map(({ text }) => text)
        .join(),
    ).toContain('weil deine Zahlung abgelehnt wurde');
  });

  it('ask to confirm a payment only who has not done so after a while, and nobody after the time for it', async () => {
    const [left, done, calledOff, late] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
    const inMinutes = (minutes: number) => new Date(news.now.getTime() + minutes * 60_000).toISOString();
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
    expect(mailsTo(news.email)).toEqual([]);
    news.now = new Date(news.now.getTime() + 31_000);
    await until(async () => !Object.values(await status()).some((each) => ['WAITING', 'SENDING'].includes(each)));
    expect(await status()).toEqual({ [left]: 'SENT', [done]: 'UNWANTED', [calledOff]: 'UNWANTED', [late]: 'EXPIRED' });
    expect(mailsTo(news.email).map(({ subject }) => subject)).toEqual(['Please confirm your payment']);
  });

  it('of one order do not replace each other when they are told together', async () => {
    news.customersDown = true;
    const orderId = uuidv7();
    const told = toldOf(orderId);
    await say(ready({ orderId, to: 'OUT_FOR_DELIVERY' }));
    for (const event of [told.delivery('DELIVERED'), told.points(), told.processed('REFUNDED', 500)]) await say(event);
    await until(async () => {
      const all = await rows();
      return all.length === 4 && all.every(({ dueAt, createdAt }) => dueAt > createdAt);
    });
    news.customersDown = false;
    news.now = new Date(news.now.getTime() + 60_000);
    await until(() => mailsTo(news.email).length === 1, { what: 'all are told together' });
    expect(
      mailsTo(news.email)[0]!
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
        customerId: news.customerId,
        from: 'OFFERED',
        to,
        reason,
        at: news.now.toISOString(),
      }) as unknown as NewEvent,
    );

  it('is told once when it is accepted or comes to nothing, but not to whoever has called it off', async () => {
    readers.set(news.customerId, { email: news.email, locale: 'EN' });
    const silent = became('CANCELLED', 'VENDOR_SILENT');
    await say(became('CANCELLED', 'CANCELLED_BY_CUSTOMER'), became('FULFILLED'), silent, silent, became('ACCEPTED'));
    await until(() => mailsTo(news.email).length === 2, { what: 'both are told' });
    expect(mailsTo(news.email).map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['Your order from a vendor was called off', 'Your order from a vendor is accepted']),
    );
    expect(await rows()).toHaveLength(2);
  });
});

describe('a membership', () => {
  it('is told of once by e-mail to one who wants no news, and a new price even if mail is down for a day', async () => {
    readers.set(news.customerId, { email: '', locale: 'DE' });
    receiptEmails.set(news.customerId, news.email);
    const membershipId = uuidv7();
    const changed = (what: 'STARTED' | 'RENEWED') =>
      envelope(
        MembershipChanged.of({
          membershipId,
          customerId: news.customerId,
          what,
          status: 'ACTIVE',
          planId: 'plus-monthly',
          periodStart: '2026-03-01',
          periodEnd: '2026-04-01',
          reason: null,
          at: news.now.toISOString(),
        }) as unknown as NewEvent,
      );
    const started = changed('STARTED');
    await say(started, started, changed('RENEWED'));
    await settledAs('SENT');
    news.mailbox.fail({ at: 'address', code: 450, times: 1 });
    await say(
      envelope(
        MembershipPriceAnnounced.of({
          membershipId,
          customerId: news.customerId,
          planId: 'plus-monthly',
          amount: 1_199,
          currency: 'EUR',
          exponent: 2,
          holdsFrom: '2026-06-01T00:00:00.000Z',
          at: news.now.toISOString(),
        }) as unknown as NewEvent,
      ),
    );
    await until(async () => (await rows()).some(({ status, dueAt }) => status === 'WAITING' && dueAt > news.now));
    news.now = new Date(news.now.getTime() + 86_400_000);
    await until(() => mailsTo(news.email).length === 2, { what: 'both are told' });
    expect(mailsTo(news.email).map(({ subject }) => subject)).toEqual([
      'Deine Mitgliedschaft hat begonnen',
      'Der Preis deiner Mitgliedschaft ändert sich',
    ]);
    expect(mailsTo(news.email)[1]!.text.replaceAll('\u00a0', ' ')).toContain(
      'ab der ersten Verlängerung am oder nach dem 2026-06-01 11,99 €',
    );
    expect(await news.graph.domain.db.message.count({ where: { customerId: news.customerId } })).toBe(2);
  });
});

describe('a receipt that support has sent again', () => {
  const receipt = (orderId: string) =>
    envelope(
      CustomerReceiptRequested.of({
        customerId: news.customerId,
        orderId,
        at: news.now.toISOString(),
      }) as unknown as NewEvent,
    );

  it('goes once for each request to one who wants no news, and says what the order cost', async () => {
    readers.set(news.customerId, { email: '', locale: 'DE' });
    receiptEmails.set(news.customerId, news.email);
    const [orderId, twice] = [uuidv7(), uuidv7()];
    await say(ready({ orderId }));
    await settledAs('UNWANTED');
    const asked = receipt(orderId);
    await say(asked, asked);
    await say(receipt(twice));
    await settledAs('SENT');
    await say(receipt(orderId));
    await until(() => mailsTo(news.email).length === 2);
    expect(mailsTo(news.email).map(({ subject }) => subject)).toEqual(Array(2).fill('Dein Beleg für Bestellung 7'));
    expect(mailsTo(news.email)[0]!.text.replaceAll('\u00a0', ' ')).toContain('12,99 €');
    // For the order that is not theirs there is nothing to send.
    expect((await rows()).filter(({ about }) => about === 'ORDER_RECEIPT')).toHaveLength(2);
  });
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
    await news.graph.domain.db.message.deleteMany({ where: { customerId: news.customerId, NOT: { medium: 'EMAIL' } } });
    const page = async (after?: string) =>
      (await news.graph.as(support)(ask, { id: news.customerId, first: 2, after })).data!['customerMessages'] as {
        edges: { node: { content: { to: string } | null } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
    const first = await page();
    expect(first.edges[0]!.node).toMatchObject({ about: 'ORDER_READY', medium: 'EMAIL', status: 'SENT' });
    expect(first.edges.map(({ node }) => node.content?.to)).toEqual([news.email, news.email]);
    expect((await page(first.pageInfo.endCursor)).edges).toHaveLength(1);
    const { errors } = await news.graph.as(principalWith(roleScopes.manager, { roles: ['manager'] }))(ask, {
      id: news.customerId,
    });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const stored = await news.graph.domain.pool.query<{ all: string }>(
      `SELECT string_agg(row_to_json(message)::text, '') AS all FROM message WHERE customer_id = $1`,
      [news.customerId],
    );
    expect(stored.rows[0]!.all).not.toContain('Ada');
    expect(stored.rows[0]!.all).not.toContain(Buffer.from(news.email).toString('hex'));
    expect(stored.rows[0]!.all).not.toContain(news.email);

    await say(
      envelope(CustomerErased.of({ customerId: news.customerId, at: news.now.toISOString() }) as unknown as NewEvent),
    );
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
    const sentAt = news.now.getTime();
    const readable = async () => (await rows()).filter(({ content }) => content !== null).length;
    news.now = new Date(sentAt + 89 * 86_400_000);
    await forgetOnce(news.graph.domain);
    expect(await readable()).toBe(1);
    news.now = new Date(sentAt + 91 * 86_400_000);
    expect((await forgetOnce(news.graph.domain))['public.message'], 'with those of others').toBeGreaterThanOrEqual(1);
    expect([await readable(), (await rows()).length]).toEqual([0, 1]);
  });
});
