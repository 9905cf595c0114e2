import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { expect } from 'vitest';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import { developmentAudience, developmentIssuer, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { createIdentity } from '#platform/identity/identity.ts';
import { localNetwork } from '#platform/rpc/network.ts';
import { openDomain } from '#platform/subgraph/openDomain.ts';
import { superviseProcess } from '#platform/testkit/superviseProcess.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { databaseOf, testDatabase } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
import { kitchenWork } from '../commands/kitchenWork.ts';
import { placeOrder } from '../commands/placeOrder.ts';
import type { Orders } from '../context.ts';
import orders from '../main.ts';
import { deliveryStatusChanged } from './deliveryNews.ts';
import { ledgerDomains, ledgerOf, ledgerTable } from './ledgerDomains.ts';
import { burger, storeId } from './otherDomains.ts';
import { customer, kitchen } from './principals.ts';

const log = pino({ level: 'silent' });

/** A time-out that is long enough for this many process starts on a busy machine. Only a failing test waits so long. */
export const patienceMs = (points: readonly string[]): number => 40_000 * (points.length + 2);

/**
 * Runs the orders domain in a child process that dies at each of the fail points in turn. Guests, kitchen and
 * couriers act from this process, which survives.
 */
export async function doomedOrders(points: readonly string[]) {
  const [ordersAt, sagasAt, ledgerAt, busAt] = await Promise.all([
    testDatabase('orders'),
    databaseOf(),
    databaseOf(),
    databaseOf('platform/events/bus/migrations'),
  ]);
  const ledger = testPool({ connectionString: ledgerAt.url, max: 2 });
  const asSagas = testPool({ connectionString: sagasAt.url, max: 1 });
  await ledger.query(ledgerTable);
  const identity = await createIdentity({
    internalKey: await newSigningKey(),
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [] } },
    scopesOf: () => [],
  });
  const network = localNetwork(identity);
  for (const [name, services] of Object.entries(ledgerDomains(ledger))) await network.serve(name, services);
  // The relay runs in the child, which without this notification would look for new events only every few seconds.
  const wakeChild = () => void domain.pool.query('NOTIFY platform_outbox').catch(() => undefined);
  const opened = openDomain(orders, { databaseUrl: ordersAt.url, network, log, onAppended: () => wakeChild() });
  const domain = opened.domain as Orders;
  const bus = await postgresBus({ databaseUrl: busAt.url, log });
  const file = join(temporaryFolder('fail-points'), 'points.json');
  writeFileSync(file, JSON.stringify(points));
  const child = superviseProcess({
    script: new URL('./runOrders.ts', import.meta.url).pathname,
    ready: /^ready$/,
    env: {
      FAIL_POINTS: file,
      ORDERS_URL: ordersAt.url,
      SAGAS_URL: sagasAt.url,
      LEDGER_URL: ledgerAt.url,
      BUS_URL: busAt.url,
    },
  });
  await child.whenReady();

  /** Like `until`, but the error contains what the child printed. */
  const soon = async (what: string, condition: () => Promise<boolean>) => {
    try {
      await until(condition, { timeoutMs: patienceMs(points), intervalMs: 50, what });
    } catch (error) {
      throw new Error(`${(error as Error).message}; starts: ${child.starts}; the child printed:\n${child.output}`, {
        cause: error,
      });
    }
  };
  const rowOf = (orderId: string) => domain.db.order.findUniqueOrThrow({ where: { id: orderId } });
  return {
    domain,
    child,
    rowOf,
    async place(over: Record<string, unknown> = {}): Promise<string> {
      const outcome = await placeOrder(domain, customer, {
        storeId,
        service: 'TAKEAWAY',
        lines: [{ menuItemId: burger, quantity: 1 }],
        payment: { methodToken: 'tok_visa' },
        idempotencyKey: 'once',
        ...over,
      });
      if (outcome.kind !== 'placed') throw new Error(JSON.stringify(outcome));
      return outcome.orderId;
    },
    reached: (orderId: string, status: string) =>
      soon(`the order is ${status}`, async () => (await rowOf(orderId)).status === status),
    async work(orderId: string, ...steps: ('start' | 'ready' | 'handOver')[]) {
      for (const kind of steps)
        expect(await kitchenWork(domain, { principal: kitchen, orderId }, { kind })).toMatchObject({ kind: 'done' });
    },
    courier: (orderId: string, to: Parameters<typeof deliveryStatusChanged>[1]) =>
      bus.publish('delivery.v1', [deliveryStatusChanged(orderId, to)]),
    ledgerOf: (orderId: string) => ledgerOf(ledger, orderId),
    /** Waits until a process has died at every fail point and the last one has brought the saga to its end. */
    async settled(orderId: string, entries: readonly string[]) {
      await soon('a process has died at every fail point', async () =>
        Promise.resolve(child.starts === points.length + 1),
      );
      await soon('the saga has ended', async () => {
        const { rows } = await asSagas.query<{ status: string }>(
          'SELECT status FROM dbos.workflow_status WHERE workflow_uuid = $1',
          [orderId],
        );
        return rows[0]?.status === 'SUCCESS';
      });
      expect(await ledgerOf(ledger, orderId)).toEqual(entries);
      for (const point of points) expect(child.output).toContain(`armed with ${point}`);
      expect(child.output.match(/ended: SIGKILL/g)).toHaveLength(points.length);
      const { rows } = await domain.pool.query<{ version: number }>(
        'SELECT version FROM platform.event WHERE stream = $1 ORDER BY version',
        [`order:${orderId}`],
      );
      expect(rows.map((row) => row.version)).toEqual(rows.map((_, index) => index + 1));
    },
    async end() {
      await child.stop();
      await bus.close();
      await opened.close();
      await asSagas.end();
      await ledger.end();
    },
  };
}
