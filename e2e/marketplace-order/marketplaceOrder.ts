import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { beforeAll, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import {
  CancelMarketplaceOrderDocument,
  MarketplaceOrderDocument,
  PlaceMarketplaceOrderDocument,
  VendorsScreenDocument,
} from '#generated/bffs/mobile/operations.ts';
import {
  AcceptMarketplaceOrderDocument,
  DeclineMarketplaceOrderDocument,
  FulfilMarketplaceOrderDocument,
  RegisterWebhookEndpointDocument,
  RemoveWebhookEndpointDocument,
  VendorScreenDocument,
} from '#generated/bffs/partner/operations.ts';
import { RefundMarketplaceOrderDocument, VendorsDocument } from '#generated/bffs/staff/operations.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { setPartnerApp } from '../harness/staffDocuments.ts';
import { ledgerOf } from '../harness/ledgerOf.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

/** The scenario, in a system that `begin` gives. */
export function marketplaceOrder(begin: () => Promise<TestSystem>): void {
  const storeId = seedId('store', 1);
  let system: TestSystem;
  let guest: ChannelClient;
  let baker: ChannelClient;
  let admin: ChannelClient;

  beforeAll(async () => {
    system = await begin();
    guest = system.client('mobile', { role: 'customer' });
    baker = system.client('partner', { role: 'vendor' });
    admin = system.client('staff', { role: 'admin' });
  });

  /** Orders two of the first item that the first vendor beside the restaurant shows. */
  async function order(): Promise<string> {
    const { data } = await guest.query(VendorsScreenDocument, { storeId });
    const vendor = data?.store?.vendors?.find(({ id }) => id === seedId('vendor', 1));
    const item = vendor?.items.edges[0]?.node;
    if (!vendor || !item) throw new Error(`the bakery is not among ${JSON.stringify(data)}`);
    const placed = await guest.mutate(PlaceMarketplaceOrderDocument, {
      input: {
        idempotencyKey: randomUUID(),
        vendorId: vendor.id,
        storeId,
        lines: [{ itemId: item.id, quantity: 2 }],
        methodToken: 'tok_visa',
        agreedTotal: 2 * item.price.amount,
      },
    });
    if (placed.data?.result.__typename !== 'PlaceMarketplaceOrderSuccess')
      throw new Error(JSON.stringify([placed.data, placed.errors]));
    return placed.data.result.order.id;
  }

  const statusOf = async (id: string) => (await guest.query(MarketplaceOrderDocument, { id })).data?.marketplaceOrder;
  const reached = (id: string, status: string) =>
    until(async () => (await statusOf(id))?.status === status, { what: `the order is ${status}` });
  const money = async (id: string) =>
    (await ledgerOf(system.provider, id)).map(({ kind, amount }) => `${kind} ${amount}`);
  const owed = async (): Promise<number> => {
    const { data } = await admin.query(VendorsDocument, {});
    const bakery = data?.vendors?.edges.find(({ node }) => node.id === seedId('vendor', 1));
    return bakery?.node.balance?.amount ?? Number.NaN;
  };

  it('goes from the guest to the vendor and back, with the money split, and a part of it refunded', async () => {
    const before = await owed();
    const id = await order();
    await reached(id, 'OFFERED');
    const screen = await baker.query(VendorScreenDocument, {});
    const shown = screen.data?.myVendor?.orders?.edges.find(({ node }) => node.id === id)?.node;
    expect(shown).toMatchObject({ status: 'OFFERED', total: { amount: 980 }, vendorShare: { amount: 779 } });
    const accepted = await baker.mutate(AcceptMarketplaceOrderDocument, { input: { orderId: id } });
    expect(accepted.data?.result.__typename).toBe('ChangeMarketplaceOrderSuccess');
    await until(async () => (await money(id)).includes('capture 980'), { what: 'the money is taken' });
    // The share is entered a moment after the money is taken.
    await until(
      async () => {
        const { data } = await baker.mutate(FulfilMarketplaceOrderDocument, { input: { orderId: id } });
        return data?.result.__typename === 'ChangeMarketplaceOrderSuccess';
      },
      { what: 'the vendor may say that it is fulfilled' },
    );
    await reached(id, 'FULFILLED');
    const refunded = await admin.mutate(RefundMarketplaceOrderDocument, {
      input: { idempotencyKey: randomUUID(), orderId: id, amount: 490 },
    });
    expect(refunded.data?.result).toMatchObject({ order: { refunded: { amount: 490 } } });
    await until(async () => (await money(id)).includes('refund 490'), { what: 'the guest is paid back' });
    expect(await money(id)).toEqual(['authorisation 980', 'capture 980', 'refund 490']);
    // The share is paid out in rounds, perhaps in between; what is owed and what was paid add up, once neither changes
    // while both are read.
    await until(
      async () => {
        const payouts = (await baker.query(VendorScreenDocument, {})).data?.myVendor?.payouts ?? [];
        const paid = payouts.reduce((sum, { amount }) => sum + amount.amount, 0);
        return (await owed()) + paid - before === 389;
      },
      { what: 'the vendor is owed and was paid 389 more' },
    );
  });

  it('costs nothing when the vendor declines, or the guest calls it off in time', async () => {
    const declined = await order();
    await reached(declined, 'OFFERED');
    await baker.mutate(DeclineMarketplaceOrderDocument, { input: { orderId: declined } });
    await reached(declined, 'DECLINED');
    const cancelled = await order();
    await guest.mutate(CancelMarketplaceOrderDocument, { input: { orderId: cancelled } });
    expect(await statusOf(cancelled)).toMatchObject({ status: 'CANCELLED', reason: 'CANCELLED_BY_CUSTOMER' });
    const late = await baker.mutate(AcceptMarketplaceOrderDocument, { input: { orderId: cancelled } });
    expect(late.data?.result).toMatchObject({ __typename: 'MarketplaceOrderNotAllowed' });
    await until(async () => (await money(declined)).includes('void 980'), { what: 'what is held is given back' });
  });

  it('is told to the vendor by webhook, and by e-mail, once, where no system of the vendor takes it', async () => {
    const mailsOf = (id: string) => system.mailbox.mails().filter(({ text }) => text.includes(id));
    const unheard = await order();
    await until(() => mailsOf(unheard).length > 0, { what: 'the vendor gets an e-mail' });
    expect(mailsOf(unheard)[0]).toMatchObject({ to: 'orders@corner-bakery.example' });
    await baker.mutate(DeclineMarketplaceOrderDocument, { input: { orderId: unheard } });
    await reached(unheard, 'DECLINED');

    const bodies: { type: string; data: { marketplaceOrderId: string; to: string } }[] = [];
    const receiver = createServer((request, response) => {
      void json(request).then((body) => {
        bodies.push(body as (typeof bodies)[number]);
        response.end();
      });
    });
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
    const app = { partnerId: seedId('partner', 1), name: 'lunchbox', signing: 'OPTIONAL', addresses: [] };
    const allow = (vendorIds: readonly string[], scopes = ['catalog:read', 'vendor:follow']) =>
      system
        .client('gateway', { role: 'admin' })
        .ask(setPartnerApp, { input: { ...app, scopes, orderStoreIds: [], vendorIds } });
    await allow([seedId('vendor', 1)]);
    const developer = system.client('partner', { role: 'partner' });
    const { registerWebhookEndpoint: registered } = await developer.ask(RegisterWebhookEndpointDocument, {
      input: {
        appId: seedId('partner-app', 1),
        url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
        eventTypes: ['VENDOR_ORDER_CHANGED'],
      },
    });
    if (registered.__typename !== 'RegisterWebhookEndpointSuccess') throw new Error(JSON.stringify(registered));
    try {
      const heard = await order();
      const toldOf = (id: string) =>
        bodies.filter(({ data }) => data.marketplaceOrderId === id).map(({ type, data }) => [type, data.to]);
      await until(() => toldOf(heard).length > 0, { what: 'the vendor’s system is told' });
      expect(toldOf(heard)).toEqual([['vendor_order.changed', 'OFFERED']]);
      await allow([]);
      const withheld = await order();
      await until(() => mailsOf(withheld).length > 0, { what: 'the vendor gets an e-mail again' });
      expect(toldOf(withheld)).toEqual([]);
      expect(mailsOf(heard)).toEqual([]);
      expect(mailsOf(unheard)).toHaveLength(1);
      for (const orderId of [heard, withheld])
        await baker.mutate(DeclineMarketplaceOrderDocument, { input: { orderId } });
    } finally {
      await developer.ask(RemoveWebhookEndpointDocument, { input: { id: registered.endpoint.id } });
      await allow([], ['catalog:read']);
      receiver.close();
    }
  });
}
