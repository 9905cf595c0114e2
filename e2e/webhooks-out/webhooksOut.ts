import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bySecrets, receiveWebhooks, type Message } from '../../clients/webhook-receiver/src/receiveWebhooks.ts';
import {
  PingWebhookEndpointDocument,
  RegisterWebhookEndpointDocument,
  RemoveWebhookEndpointDocument,
  ReplayWebhooksDocument,
  WebhookDeliveriesDocument,
} from '#generated/bffs/partner/operations.ts';
import { PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { setPartnerApp } from '../harness/staffDocuments.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';

/** The scenario, in a system that `begin` gives. */
export function webhooksOut(begin: () => Promise<TestSystem>): void {
  const appId = seedId('partner-app', 1);
  const app = { partnerId: seedId('partner', 1), name: 'lunchbox', signing: 'OPTIONAL', addresses: [] } as const;
  let system: TestSystem;
  let developer: ChannelClient;
  const taken = new Map<string, Message>();
  const secrets: string[] = [];
  const receiver = createServer(
    receiveWebhooks({
      isOurs: bySecrets(secrets),
      wasTaken: (id) => Promise.resolve(taken.has(id)),
      take: (message, id) => Promise.resolve(void taken.set(id, message)),
    }),
  );

  beforeAll(async () => {
    system = await begin();
    developer = system.client('partner', { role: 'partner' });
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => receiver.close());

  /** What an admin allows the app. */
  const allow = (scopes: string[], orderStoreIds: string[]) =>
    system.client('gateway', { role: 'admin' }).ask(setPartnerApp, { input: { ...app, scopes, orderStoreIds } });

  async function register(url: string): Promise<{ id: string; secret: string }> {
    const { registerWebhookEndpoint: outcome } = await developer.ask(RegisterWebhookEndpointDocument, {
      input: { appId, url, eventTypes: ['ORDER_STATUS_CHANGED'] },
    });
    if (outcome.__typename !== 'RegisterWebhookEndpointSuccess') throw new Error(JSON.stringify(outcome));
    return { id: outcome.endpoint.id, secret: outcome.secret };
  }

  const deliveriesTo = async (id: string) => {
    const { myPartnerAccount } = await developer.ask(WebhookDeliveriesDocument, {});
    const endpoints = myPartnerAccount?.apps.flatMap(({ webhookEndpoints }) => webhookEndpoints) ?? [];
    return endpoints.find((each) => each.id === id)?.deliveries.edges.map(({ node }) => node) ?? [];
  };

  test('a partner registers an endpoint, pings it, follows an order by it, and has what it missed sent again', async () => {
    const refused = await developer.ask(RegisterWebhookEndpointDocument, {
      input: { appId, url: 'http://127.0.0.1:1/', eventTypes: ['ORDER_STATUS_CHANGED'] },
    });
    expect(refused.registerWebhookEndpoint).toMatchObject({ __typename: 'PartnerInputProblem', field: 'eventTypes' });

    await allow(['catalog:read', 'orders:follow'], [demoStore]);
    const { id, secret } = await register(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`);
    secrets.push(secret);
    const { pingWebhookEndpoint: ping } = await developer.ask(PingWebhookEndpointDocument, { input: { id } });
    await until(() => ping.__typename === 'PingWebhookEndpointSuccess' && taken.has(ping.webhookId));
    // The answer is recorded after the receiver has given it.
    await until(async () => (await deliveriesTo(id))[0]?.state === 'DELIVERED', { what: 'the ping is recorded' });
    expect((await deliveriesTo(id))[0]).toMatchObject({ type: 'webhook.ping', attempts: 1 });

    const customer = system.client('web', { role: 'customer' });
    const order = orderOf((await customer.ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') })).placeOrder);
    const ofOrder = () => [...taken.values()].filter(({ data }) => data['orderId'] === order.id);
    await until(() => ofOrder().some(({ data }) => data['to'] === 'CONFIRMED'));
    const [first] = ofOrder();
    expect(first).toMatchObject({
      type: 'order.status_changed',
      object: `order:${order.id}`,
      data: { storeId: demoStore },
    });
    expect(JSON.stringify(ofOrder())).not.toContain(seedId('customer', 1));

    await until(async () => (await deliveriesTo(id)).every(({ state }) => state === 'DELIVERED'));
    // The receiver lost what it had, and asks for all of the last hour again.
    taken.clear();
    const from = new Date(Date.now() - 3_600_000).toISOString();
    await developer.ask(ReplayWebhooksDocument, { input: { endpointId: id, from } });
    await until(() => ofOrder().some(({ data }) => data['to'] === 'CONFIRMED'));

    await allow(['catalog:read'], []);
    await developer.ask(RemoveWebhookEndpointDocument, { input: { id } });
  });

  test('the receiver in Python takes what is signed, and nothing else', async () => {
    await allow(['catalog:read', 'orders:follow'], [demoStore]);
    const { id, secret } = await register('http://127.0.0.1:1/');
    const script = fileURLToPath(new URL('../../clients/webhook-receiver/drburger_webhooks.py', import.meta.url));
    const python = spawn('python3', [script], { env: { ...process.env, WEBHOOK_SECRET: secret, PORT: '0' } });
    try {
      const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
      const address = /http:\S+/.exec(String((await lines.next()).value))?.[0] ?? '';
      expect((await fetch(address, { method: 'POST', body: '{}' })).status).toBe(401);
      await system
        .subgraph('partners')
        .domain.pool.query('UPDATE webhook_endpoint SET url = $2 WHERE id = $1', [id, address]);
      const { pingWebhookEndpoint: ping } = await developer.ask(PingWebhookEndpointDocument, { input: { id } });
      const message = JSON.parse(String((await lines.next()).value)) as Message & { id: string };
      expect(message).toMatchObject({ type: 'webhook.ping', id: (ping as { webhookId: string }).webhookId });
    } finally {
      python.kill();
    }
    await allow(['catalog:read'], []);
    await developer.ask(RemoveWebhookEndpointDocument, { input: { id } });
  });
}
