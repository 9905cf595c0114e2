import { SyncDocument, type SyncQuery } from '#generated/bffs/mobile/operations.ts';
import type { ChannelClient } from '../harness/channelClient.ts';

type Delta = SyncQuery['sync'];
type Item = NonNullable<Delta['menu']>['changed'][number];
type Order = NonNullable<Delta['orders']>['changed'][number];
type Profile = NonNullable<NonNullable<Delta['profile']>['changed']>;

/** What an app keeps on a phone: it knows nothing but what syncs told it. */
export class Phone {
  readonly menu = new Map<string, Item>();
  readonly orders = new Map<string, Order>();
  profile: Profile | null = null;
  cursor: string | null = null;
  #client: ChannelClient;

  constructor(client: ChannelClient) {
    this.#client = client;
  }

  /** Somebody else takes the phone; what it holds stays. */
  handTo(client: ChannelClient): void {
    this.#client = client;
  }

  /** One page. Returns what it told. */
  async syncPage(storeId: string, first?: number): Promise<Delta> {
    const { sync } = await this.#client.ask(SyncDocument, { storeId, since: this.cursor, first });
    this.#apply(sync);
    return sync;
  }

  /** All pages of one sync. Returns how much came. */
  async sync(
    storeId: string,
    first?: number,
  ): Promise<{ pages: number; items: number; orders: number; profiles: number }> {
    const told = { pages: 0, items: 0, orders: 0, profiles: 0 };
    for (let more = true; more;) {
      const { menu, orders, profile, hasMore } = await this.syncPage(storeId, first);
      told.pages += 1;
      told.items += (menu?.changed.length ?? 0) + (menu?.removedItemIds.length ?? 0);
      told.orders += (orders?.changed.length ?? 0) + (orders?.removedOrderIds.length ?? 0);
      told.profiles += profile ? 1 : 0;
      more = hasMore;
    }
    return told;
  }

  #apply({ menu, orders, profile, next }: Delta): void {
    if (menu?.reset) this.menu.clear();
    for (const id of menu?.removedItemIds ?? []) this.menu.delete(id);
    for (const item of menu?.changed ?? []) {
      if (item.entryAt) this.menu.set(item.id, item);
      else this.menu.delete(item.id);
    }
    if (orders?.reset) this.orders.clear();
    for (const id of orders?.removedOrderIds ?? []) this.orders.delete(id);
    for (const order of orders?.changed ?? []) this.orders.set(order.id, order);
    if (profile?.gone) this.profile = null;
    if (profile?.changed) this.profile = profile.changed;
    this.cursor = next;
  }

  /** The items that the phone holds, in the phone's own order. */
  contents(): { menu: Item[]; orders: Order[]; profile: Profile | null } {
    const byId = <T extends { id: string }>(held: Map<string, T>): T[] =>
      [...held.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return { menu: byId(this.menu), orders: byId(this.orders), profile: this.profile };
  }
}
