import type { BusSubscription } from '../eventBus.ts';

/** The subscriptions of a bus that are open: each closes once, however often it is asked to. */
export class OpenSubscriptions {
  readonly #open = new Set<BusSubscription>();

  get size(): number {
    return this.#open.size;
  }

  /** One that counts as open until `end` is over. */
  add(end: () => Promise<void>): BusSubscription {
    let closing: Promise<void> | undefined;
    const subscription = {
      close: () => {
        closing ??= end().finally(() => this.#open.delete(subscription));
        return closing;
      },
    };
    this.#open.add(subscription);
    return subscription;
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open].map((subscription) => subscription.close()));
  }
}
