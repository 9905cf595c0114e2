import type { BusSubscription } from '../eventBus.ts';

/** The open subscriptions of a bus. Each is closed once, however often `close` is called. */
export class OpenSubscriptions {
  readonly #open = new Set<BusSubscription>();

  get size(): number {
    return this.#open.size;
  }

  /** Adds a subscription that counts as open until `end`, which its `close` calls, has resolved. */
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
