import { documents } from '../../e2e/chaos/chaosGraph.ts';
import type { Child } from '../streams/childCalls.ts';
import type { Arrived, ClientsCalls, Visit } from './clients.ts';
import type { KioskCalls } from './kioskServer.ts';
import { orderId, storeId, type OrderLog } from './orderLog.ts';
import type { OrdersCalls } from './ordersServer.ts';

export interface Stage {
  readonly log: OrderLog;
  readonly orders: Child<OrdersCalls>;
  readonly clients: Child<ClientsCalls>;
  readonly authorizations: readonly string[];
  /** Starts a channel. */
  kiosk(): Promise<{ readonly kiosk: Child<KioskCalls>; readonly port: number }>;
}

export interface Scenario {
  readonly title: string;
  readonly follows: 'orders' | 'stores';
  /**
   * Whether clients come back to another process of the channel than the one they were on. It has heard none of the
   * events that they missed.
   */
  readonly isRestarted: boolean;
}

/** When the clients that came back had what they missed, and what that cost. */
export interface Figures extends Arrived {
  /** The number of statements that the orders' database was sent. */
  readonly statements: number;
  readonly kioskCpuMs: number;
  readonly ordersCpuMs: number;
  /** Wrong messages, also of those before the clients were cut off and after they had come back. */
  readonly wrong: readonly string[];
}

/** How many clients connect at a time at first; they come back all at once. */
const atOnceAtFirst = 200;

/**
 * Everybody follows a feed, is cut off, misses one to three events of it, and comes back at once with a cursor. Then
 * each hears one event more, after which nothing of what was missed can come.
 */
export async function comeBack(
  { log, orders, clients, authorizations, kiosk: start }: Stage,
  { follows, isRestarted }: Scenario,
): Promise<Figures> {
  const heads = () => [...log.heads[follows]];
  const feeds = heads().map((_, at) => (follows === 'orders' ? orderId(at) : storeId(at)));
  const everyVersion = follows === 'orders';
  let { kiosk, port } = await start();
  try {
    const visit = (): Visit => ({
      port,
      document: everyVersion ? documents.order : documents.board,
      authorizations,
      feeds,
      heads: heads(),
      everyVersion,
      atOnce: atOnceAtFirst,
      resume: false,
    });
    const first = await clients.call('connect', visit());
    await clients.call('cut');
    if (isRestarted) await kiosk.end();
    // The first orders belong to different stores.
    for (const round of [1, 2, 3]) await log.move(feeds.flatMap((_, at) => (at % 3 < round - 1 ? [] : [at])));
    if (isRestarted) ({ kiosk, port } = await start());
    const before = { kiosk: await kiosk.call('mark'), orders: await orders.call('mark') };
    const back = await clients.call('connect', { ...visit(), atOnce: authorizations.length, resume: true });
    const after = { kiosk: await kiosk.call('mark'), orders: await orders.call('mark') };
    await log.move(feeds.map((_, at) => at));
    const later = await clients.call('hear', { heads: heads() });
    return {
      ...back,
      wrong: [first, back, later].flatMap(({ wrong }) => wrong),
      statements: after.orders.statements - before.orders.statements,
      kioskCpuMs: after.kiosk.cpuMs - before.kiosk.cpuMs,
      ordersCpuMs: after.orders.cpuMs - before.orders.cpuMs,
    };
  } finally {
    await clients.call('cut');
    await kiosk.end();
  }
}
