import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { FeedAddress } from '#gateway/streams/feeds/feedAddress.ts';
import type { FeedPage, FeedReader } from '#gateway/streams/feeds/feedReader.ts';
import { FakeTail } from '#gateway/testkit/fakeTail.ts';

/** An event of the world that is streamed: about a store's board, or about one order. */
export interface Happening {
  readonly kind: 'board' | 'order';
  readonly id: string;
  /** When it was published, in milliseconds since 1970, with a fraction. */
  readonly at: number;
}

interface Entry {
  orderId: string;
  number: number;
  status: string;
  service: string;
  since: string;
}
export interface BoardState {
  version: number;
  publishedAt: number;
  note: string | null;
  preparing: Entry[];
  ready: Entry[];
}
export interface OrderState {
  id: string;
  number: number;
  status: string;
  version: number;
  publishedAt: number;
}

const fatNoteBytes = 64 * 1024;
const statuses = ['PREPARING', 'READY'] as const;
const entries = (from: number, count: number, status: string): Entry[] =>
  Array.from({ length: count }, (_, at) => ({
    orderId: `01940000-0000-7000-8000-${String(from + at).padStart(12, '0')}`,
    number: from + at,
    status,
    service: 'TAKE_AWAY',
    since: '2026-03-01T12:30:00.000Z',
  }));

/** The current state, in memory. Things that no event is about exist, too, at version 0. */
export class BenchState {
  readonly #boards = new Map<string, BoardState>();
  readonly #orders = new Map<string, OrderState>();

  board(id: string): BoardState {
    return (
      this.#boards.get(id) ?? {
        version: 0,
        publishedAt: 0,
        note: id === 'fat' ? 'n'.repeat(fatNoteBytes) : null,
        preparing: entries(1, 8, 'PREPARING'),
        ready: entries(9, 4, 'READY'),
      }
    );
  }

  order(id: string): OrderState {
    return this.#orders.get(id) ?? { id, number: 1, status: 'PREPARING', version: 0, publishedAt: 0 };
  }

  apply({ kind, id, at }: Happening): BoardState | OrderState {
    if (kind === 'order') {
      const order = this.order(id);
      const next = { ...order, version: order.version + 1, status: statuses[order.version % 2]!, publishedAt: at };
      this.#orders.set(id, next);
      return next;
    }
    const board = this.board(id);
    const next = { ...board, version: board.version + 1, publishedAt: at };
    this.#boards.set(id, next);
    return next;
  }
}

const keptEvents = 64;

/** The domain behind the channel: state, event log and bus, in memory, so that what is measured is the channel. */
export class BenchDomain extends FakeTail implements FeedReader {
  readonly state = new BenchState();
  readonly #log = new Map<string, EventEnvelope[]>();
  #published = 0;

  happen(happening: Happening): void {
    const { version } = this.state.apply(happening);
    const { kind, id, at } = happening;
    this.#published += 1;
    const data = {
      orderId: kind === 'order' ? id : 'any',
      orderNumber: 1,
      to: statuses[version % 2]!,
      publishedAt: at,
    };
    const event: EventEnvelope = {
      eventId: String(this.#published),
      eventType: 'OrderStatusChanged',
      version: '1.0',
      timestamp: new Date(at).toISOString(),
      source: 'orders-service',
      data,
      metadata: {
        ...(kind === 'board'
          ? { aggregateId: `order:of-${id}`, aggregateVersion: version, feed: `store:${id}`, feedVersion: version }
          : { aggregateId: `order:${id}`, aggregateVersion: version }),
        causationId: 'c',
        correlationId: 'c',
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
        actor: 'service:orders',
      },
    };
    const feed = kind === 'board' ? `store:${id}` : `order:${id}`;
    const log = this.#log.get(feed) ?? [];
    this.#log.set(feed, log);
    log.push(event);
    if (log.length > keptEvents) log.shift();
    this.say('orders.v1', event);
  }

  async read({ kind, key }: FeedAddress, after: number, limit: number): Promise<FeedPage> {
    const log = this.#log.get(key) ?? [];
    const versionOf = ({ metadata }: EventEnvelope) =>
      kind === 'declared' ? metadata.feedVersion! : metadata.aggregateVersion;
    const page = {
      epoch: 'bench',
      version: log.length > 0 ? versionOf(log.at(-1)!) : 0,
      events: log.filter((event) => versionOf(event) > after).slice(0, limit),
    };
    // It never answers in the same turn, because a real domain is another process.
    await new Promise((resolve) => setImmediate(resolve));
    return page;
  }
}
