import { beforeAll, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

/** The scenario, in a system that `begin` gives. */
export function webhooksIn(begin: () => Promise<TestSystem>): void {
  let system: TestSystem;
  beforeAll(async () => {
    system = await begin();
  });

  const statusOf = async (orderId: string): Promise<{ status: string; refunded: number } | undefined> => {
    const { rows } = await system
      .subgraph('payments')
      .domain.pool.query<{ status: string; refunded: number }>(
        'SELECT status, refunded FROM payment WHERE order_id = $1',
        [orderId],
      );
    return rows[0];
  };

  /** A call of the provider's API, as its own staff would make one. */
  async function atProvider<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(system.provider.url + path, {
      method,
      headers: { authorization: `Bearer ${system.provider.apiKey}` },
      body: body && JSON.stringify(body),
    });
    return (await answer.json()) as T;
  }

  test('what the payment provider does by itself is here at once, through its own webhooks, each of which comes twice', async () => {
    await atProvider('PUT', '/v1/behaviour', { webhookTimes: 2 });
    const customer = system.client('web', { role: 'customer' });
    const { id } = orderOf((await customer.ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') })).placeOrder);
    await until(async () => (await statusOf(id))?.status === 'AUTHORISED');
    const { data } = await atProvider<{ data: [{ id: string }] }>('GET', `/v1/authorisations?merchantReference=${id}`);
    await atProvider('POST', `/v1/authorisations/${data[0].id}/voids`, {});
    await until(async () => (await statusOf(id))?.status === 'VOIDED');
    const { rows } = await system
      .subgraph('payments')
      .domain.pool.query<{ outcome: string }>(
        `SELECT data ->> 'outcome' AS outcome FROM platform.event WHERE data ->> 'orderId' = $1 ORDER BY position`,
        [id],
      );
    expect(rows.map(({ outcome }) => outcome)).toEqual(['AUTHORISED', 'VOIDED']);
    await atProvider('PUT', '/v1/behaviour', {});
  });

  test('nobody else gets in, and nothing of theirs is done', async () => {
    const body = JSON.stringify({ version: '2026-01', type: 'payment.refunded' });
    const id = 'msg_forged';
    const sign = (secret: string) => ({
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, new Date(), body),
    });
    const post = async (path: string, headers: Record<string, string>) =>
      (await fetch(`${system.webhooks.url}${path}`, { method: 'POST', headers, body })).status;
    const { WEBHOOK_PAYMENTS_KEYS: right = '', WEBHOOK_BODY_KEYS: wrong = '' } = system.webhooks.secrets;
    expect(await post('/webhooks/payments', sign(wrong))).toBe(401);
    expect(await post('/webhooks/payments', {})).toBe(401);
    expect(await post('/webhooks/nobody', sign(right))).toBe(404);
    const metrics = await (await fetch(system.metricsUrl)).text();
    expect(metrics).toMatch(/drburger_webhooks_refused_total\{source="payments",reason="signature"\} [1-9]/);
  });
}
