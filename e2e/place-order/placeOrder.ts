import { print } from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import {
  OrderBoardChangedDocument,
  OrderStatusChangedDocument,
  PlaceOrderDocument,
  type PlaceOrderMutation,
} from '#generated/bffs/kiosk/operations.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { handOver, markReady, startPreparation } from '../harness/staffDocuments.ts';
import { demoStore, type TestSystem } from '../harness/startTestSystem.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

/** An order from the kiosk to the counter, the same whatever carries the events. */
export function placeOrder(start: () => Promise<TestSystem>): void {
  let system: TestSystem;
  let kiosk: ChannelClient;
  let kitchen: ChannelClient;

  beforeAll(async () => {
    system = await start();
    kiosk = system.client('kiosk', { role: 'kiosk' });
    kitchen = system.client('gateway', { role: 'kitchen' });
  });

  /**
   * As a device that traces itself: its trace is to be found at every hop. Like every device it sends the order again,
   * with the same key, when it was not answered: a busy machine may be too slow for a time limit.
   */
  const place = async (): Promise<{ id: string }> => {
    const body = JSON.stringify({ query: print(PlaceOrderDocument), variables: { input: orderInput('KIOSK') } });
    let errors: unknown;
    const data = await until(
      async () => {
        const response = await fetch(system.urlOf('kiosk'), {
          method: 'POST',
          body,
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${await system.tokenFor({ role: 'kiosk' })}`,
            traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
          },
        });
        const answer = (await response.json()) as { data?: PlaceOrderMutation | null; errors?: unknown };
        errors = answer.errors;
        return answer.data;
      },
      { what: () => `the order is placed: ${JSON.stringify(errors)}`, timeoutMs: 60_000, intervalMs: 200 },
    );
    return orderOf(data.placeOrder);
  };

  it('an order reaches COMPLETED, told over the WebSocket step by step, under one trace', async () => {
    const board = kiosk.subscribe(OrderBoardChangedDocument, { storeId: demoStore });
    const { id: orderId } = await place();
    const statuses = kiosk.subscribe(OrderStatusChangedDocument, { orderId });
    const reached = (status: string) =>
      statuses.next((message) => message.orderStatusChanged?.status === status, status);
    await reached('CONFIRMED');
    expect((await kitchen.ask(startPreparation, { orderId })).result.__typename).toBe('StartPreparationSuccess');
    await reached('PREPARING');
    expect((await kitchen.ask(markReady, { orderId })).result.__typename).toBe('MarkReadySuccess');
    await reached('READY');
    expect((await kitchen.ask(handOver, { orderId })).result.__typename).toBe('HandOverSuccess');
    await reached('COMPLETED');

    const heard = statuses.messages.map((message) => message.orderStatusChanged!);
    expect(heard.map(({ status }) => status).slice(-4)).toEqual(['CONFIRMED', 'PREPARING', 'READY', 'COMPLETED']);
    expect(heard.map(({ version }) => version)).toEqual(
      [...new Set(heard.map(({ version }) => version))].sort((a, b) => a - b),
    );
    expect(board.messages.length).toBeGreaterThan(0);
    for (const domain of ['orders', 'payments', 'inventory']) {
      const { rows } = await system
        .subgraph(domain)
        .domain.pool.query<{ type: string; traceparent: string }>(
          `select type, metadata ->> 'traceparent' as traceparent from platform.event where data ->> 'orderId' = $1 order by position`,
          [orderId],
        );
      // The kitchen acts by itself, so its requests have a trace of their own.
      const ours = rows.filter(({ traceparent }) => traceparent.slice(3, 35) === traceId);
      expect(ours.length, domain).toBeGreaterThan(0);
      expect(rows[0]!.traceparent.slice(3, 35), domain).toBe(traceId);
    }
  });
}
