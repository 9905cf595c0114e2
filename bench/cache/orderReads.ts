import { readFileSync } from 'node:fs';
import { timesOf, type Times } from '../orders/offer.ts';
import { closeStores, followOrder, openStores, place, type Store } from '../orders/guests.ts';
import type { Counted } from './measure.ts';

const boardStream = readFileSync(
  new URL('../../bffs/kiosk/operations/orderBoardChanged.graphql', import.meta.url),
  'utf8',
);
const orderScreen = readFileSync(new URL('../../bffs/kiosk/operations/orderScreen.graphql', import.meta.url), 'utf8');
/** Asks for the same, and is no document of the channel: its answers are not kept. */
const madeAnew = orderScreen.replace('query OrderScreen', 'query MadeAnew');

/** What the kiosk's guests and its board ask for again and again while orders are on their way. */
export class OrderReads {
  readonly #stores: readonly Store[];

  private constructor(stores: readonly Store[]) {
    this.#stores = stores;
  }

  static async open(options: Parameters<typeof openStores>[0]): Promise<OrderReads> {
    return new OrderReads(await openStores(options));
  }

  close(): Promise<void> {
    return closeStores(this.#stores);
  }

  /** Reads of an order that nothing happens to: from what is kept, and made anew. */
  async still(): Promise<{ readonly kept: () => Promise<unknown>; readonly made: () => Promise<unknown> }> {
    const store = this.#stores[0]!;
    const { orderId } = await place(store);
    if (orderId === undefined) throw new Error('no order could be placed');
    await followOrder(store, orderId, () => undefined);
    return {
      kept: () => store.kiosk('orderScreen', { orderId }),
      made: () => store.ask(madeAnew, { orderId }),
    };
  }

  /** Milliseconds from the answer to what the kitchen did until an answer that shows it has come. */
  async commitToFresh(writes: number): Promise<Times> {
    const store = this.#stores[0]!;
    const times: number[] = [];
    while (times.length < writes) {
      const { orderId } = await place(store);
      if (orderId === undefined) throw new Error('no order could be placed');
      const until = async (isNew: (status: string) => boolean) => {
        while (!isNew(String((await store.kiosk('orderScreen', { orderId }))['order']?.['status'])));
      };
      await followOrder(
        store,
        orderId,
        () => undefined,
        async (before) => {
          const began = performance.now();
          if (before !== 'READY') await until((status) => status !== before);
          if (before !== 'READY') times.push(performance.now() - began);
        },
      );
    }
    return timesOf(times);
  }

  /** In each store, orders one after the other and four readers, who read an order and the board in turns. */
  async underWrites(reads: number): Promise<Counted> {
    const counted = { done: 0, stale: 0, unclear: 0, changes: 0 };
    const isOver = () => counted.done >= reads;
    await Promise.all(this.#stores.map((store) => this.#readOn(store, counted, isOver)));
    return counted;
  }

  async #readOn(
    store: Store,
    counted: { done: number; stale: number; changes: number },
    isOver: () => boolean,
  ): Promise<void> {
    const now = { board: 0, orderId: '', order: 0 };
    const following = store.stream.iterate({ query: boardStream, variables: { storeId: store.id } });
    const boards = (async () => {
      for await (const { data } of following)
        now.board = (data as { orderBoardChanged: { version: number } }).orderBoardChanged.version;
    })();
    const write = async () => {
      while (!isOver()) {
        const { orderId } = await place(store);
        if (orderId === undefined) continue;
        Object.assign(now, { orderId, order: 1 });
        await followOrder(store, orderId, ({ version }) => {
          now.order = version;
          counted.changes += 1;
        });
      }
    };
    const read = async (ofBoard: boolean) => {
      for (let n = ofBoard ? 0 : 1; !isOver(); n += 1) {
        const before = { ...now };
        const ofOrder = n % 2 === 1 && before.orderId !== '';
        const [name, least] = ofOrder ? (['order', before.order] as const) : (['orderBoard', before.board] as const);
        const data =
          name === 'order'
            ? await store.kiosk('orderScreen', { orderId: before.orderId })
            : await store.kiosk('orderBoard', { storeId: store.id });
        counted.done += 1;
        if (Number(data[name]?.['version']) < least) counted.stale += 1;
      }
    };
    await Promise.all([write(), read(true), read(false), read(true), read(false)]);
    await following.return?.(undefined);
    await boards;
  }
}
