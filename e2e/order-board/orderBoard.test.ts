import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { until } from '#platform/testkit/until.ts';
import { seedStores } from '#schema/seed/stores.ts';
import { ChannelClient, contractOf } from '../harness/channelClient.ts';
import { Kiosk, type Told } from '../harness/kiosk.ts';
import { startKioskReplicas, type KioskReplicas } from '../harness/kioskReplicas.ts';
import { setOpeningException } from '../harness/staffDocuments.ts';
import { runKitchens } from './kitchens.ts';

/** BOARD_ORDERS=500, from 200 clients, is for a machine with time. */
const orderCount = Number(process.env['BOARD_ORDERS'] ?? 100);
const kioskCount = (orderCount * 2) / 5;
/** So many that no store gets more orders than it takes at once. */
const stores = seedStores.slice(0, Math.ceil(orderCount / 10));
/** Orders under way at once. */
const atOnce = 8;
const minutes = 60_000;

describeOnKafka('order board', () => {
  let system: KioskReplicas;
  let staff: ChannelClient;
  let kiosks: Kiosk[];
  const failures: string[] = [];
  const end = new AbortController();

  beforeAll(async () => {
    system = await startKioskReplicas(3);
    const admin = await system.tokenFor('admin', 'admin');
    staff = new ChannelClient(system.gatewayUrl, contractOf('gateway'), () => Promise.resolve(admin));
    await Promise.all(stores.map(openAllDay));
    const addresses = system.replicas.map(({ url }) => url);
    kiosks = await Promise.all(
      Array.from({ length: kioskCount }, async (_, index) => {
        const store = stores[index % stores.length]!.id;
        return new Kiosk({
          store,
          addresses,
          first: index,
          token: await system.tokenFor('kiosk', `kiosk-${index}`, store),
          onFailure: (what) => failures.push(what),
        });
      }),
    );
  }, 3 * minutes);
  afterAll(async () => {
    end.abort();
    await Promise.all(kiosks?.map((kiosk) => kiosk.close()) ?? []);
    await staff?.close();
    await system?.stop();
  }, minutes);

  const openAllDay = async ({ id: storeId, timeZone }: (typeof stores)[number]): Promise<void> => {
    for (const days of [0, 1]) {
      const date = new Date(Date.now() + days * 24 * 60 * minutes).toLocaleDateString('sv-SE', { timeZone });
      const { result } = await staff.ask(setOpeningException, {
        input: { storeId, date, intervals: [{ opens: '00:00', closes: '00:00' }] },
      });
      expect(result.__typename).toBe('SetOpeningExceptionSuccess');
    }
  };
  const told = (): Map<string, Told[]> => new Map(kiosks.flatMap((kiosk) => [...kiosk.orders]));
  const messages = (): number =>
    kiosks.reduce((sum, { orders }) => sum + [...orders.values()].reduce((all, each) => all + each.length - 1, 0), 0);

  /** `count` more orders, each by the next device. */
  let placed = 0;
  async function place(count: number): Promise<void> {
    const last = placed + count;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (placed < last) await kiosks[placed++ % kiosks.length]!.order();
      }),
    );
  }

  test(
    `three replicas are restarted one after the other while ${orderCount} orders move: each of ${kioskCount} clients is told of every transition of its orders, in order, once`,
    async () => {
      onTestFailed(async () => console.error([...failures, ...(await stuck()), system.log()].join('\n')));
      for (const kiosk of kiosks.slice(0, 2 * stores.length)) kiosk.followBoard();
      await place(kioskCount);
      await until(() => [...told().values()].every(({ length }) => length > 1), {
        what: 'everybody follows an order',
        timeoutMs: minutes,
      });

      const isFollowed = (orderId: string): boolean =>
        (kiosks.find(({ orders }) => orders.has(orderId))?.orders.get(orderId)?.length ?? 0) > 1;
      const kitchens = runKitchens(staff, isFollowed, end.signal);
      // The first one once more: those who left the last one come to it.
      const restarts = [0, 1, 2, 0].map((index) => system.replicas[index]!);
      for (const [turn, replica] of restarts.entries()) {
        const [sent, before] = [await replica.messagesSent(), messages()];
        expect(sent).toBeGreaterThan(0);
        const rest = (orderCount - kioskCount) / restarts.length;
        const placing = place(turn < restarts.length - 1 ? Math.floor(rest) : orderCount - placed);
        await replica.restart();
        expect(messages(), `messages while replica ${turn} was restarted`).toBeGreaterThan(before);
        await placing;
      }
      // However slow the machine is, as long as something moves.
      while (unfinished().length > 0) {
        const before = messages();
        await until(() => messages() > before, {
          what: 'somebody is told something',
          timeoutMs: minutes,
          intervalMs: 100,
        });
      }
      end.abort();
      await kitchens;

      expect(failures).toEqual([]);
      expect(told().size).toBe(orderCount);
      const timelines = await timelinesOf(system.ordersDatabaseUrl);
      for (const [orderId, each] of told())
        expect(transitionsIn(each), orderId).toEqual(
          timelines.get(orderId)?.filter(({ version }) => version >= each[0]!.version),
        );
      // The first one's new process was asked when it was its turn again; nobody had a reason to come to the one after
      // that.
      for (const replica of system.replicas.slice(1))
        expect(await replica.messagesSent(), replica.url).toBeGreaterThan(0);
      await boardsAreRight();
    },
    20 * minutes,
  );

  const unfinished = (): [string, Told[]][] => [...told()].filter(([, each]) => each.at(-1)?.status !== 'COMPLETED');

  /** The orders whose end nobody was told: what was told of each, and what happened. */
  async function stuck(): Promise<string[]> {
    const timelines = await timelinesOf(system.ordersDatabaseUrl);
    const line = (steps: readonly Transition[] = []): string =>
      steps.map(({ version, status }) => `${version} ${status}`).join(', ');
    return unfinished().map(
      ([orderId, each]) => `${orderId} was told ${line(each)}; happened ${line(timelines.get(orderId))}`,
    );
  }

  /** Versions grow, nothing that was missed had to be made good, and in the end nothing is left on them. */
  async function boardsAreRight(): Promise<void> {
    const boards = kiosks.filter(({ board }) => board.length > 0);
    expect(boards.length).toBe(2 * stores.length);
    await until(
      () =>
        boards.every(
          ({ board }) => board.at(-1)?.board?.preparing.length === 0 && board.at(-1)?.board?.ready.length === 0,
        ),
      { what: 'all numbers leave the boards' },
    );
    for (const { board } of boards) {
      // On a slow machine the read model may be behind for longer than a stream waits: the board is then told what is
      // known, labelled as stale, and goes on.
      const told = board.filter(({ reason }) => reason !== 'stale');
      expect(told.map(({ kind, reason }) => [kind, reason])).toEqual(
        told.map((_, index) => [index === 0 ? 'snapshot' : 'event', undefined]),
      );
      expect(board.every(({ version }, index) => index === 0 || version > board[index - 1]!.version)).toBe(true);
    }
  }
});

type Transition = Pick<Told, 'version' | 'status'>;

/** The stream begins with how the order is when it is followed, which may be what the answer to placing it said. */
function transitionsIn([placed, first, ...later]: readonly Told[]): Transition[] {
  expect([placed?.kind, first?.kind, ...later.map(({ kind }) => kind)]).toEqual([
    'placed',
    'snapshot',
    ...later.map(() => 'event'),
  ]);
  const all = first?.version === placed?.version ? [first!, ...later] : [placed!, first!, ...later];
  return all.map(({ version, status }) => ({ version, status }));
}

/** What happened to each order, by the domain's own record, oldest first. */
async function timelinesOf(databaseUrl: string): Promise<Map<string, Transition[]>> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ order_id: string; version: number; status: string }>(
      `SELECT data ->> 'orderId' AS order_id, version::int, coalesce(data ->> 'to', 'PLACED') AS status FROM platform.event
       WHERE type IN ('OrderCreated', 'OrderStatusChanged') ORDER BY stream, version`,
    );
    const timelines = new Map<string, Transition[]>();
    for (const { order_id: orderId, version, status } of rows)
      timelines.set(orderId, [...(timelines.get(orderId) ?? []), { version, status }]);
    return timelines;
  } finally {
    await client.end();
  }
}
