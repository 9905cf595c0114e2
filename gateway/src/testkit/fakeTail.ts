import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { EventTail } from '../streams/feeds/eventTail.ts';

/** A bus that delivers at once what is published. */
export class FakeTail implements EventTail {
  /** The topic of each tail that is open. */
  readonly open: string[] = [];
  #happened = 0;
  readonly #handlers = new Map<string, Set<(message: { topic: string; key: string; value: unknown }) => void>>();

  tail(
    topics: readonly string[],
    handle: (message: { topic: string; key: string; value: unknown }) => void,
  ): Promise<{ close(): Promise<void> }> {
    this.open.push(...topics);
    for (const topic of topics) this.#handlers.set(topic, (this.#handlers.get(topic) ?? new Set()).add(handle));
    return Promise.resolve({
      close: () => {
        for (const topic of topics) {
          this.#handlers.get(topic)?.delete(handle);
          this.open.splice(this.open.indexOf(topic), 1);
        }
        return Promise.resolve();
      },
    });
  }

  say(topic: string, value: EventEnvelope): void {
    for (const handle of this.#handlers.get(topic) ?? []) handle({ topic, key: value?.metadata?.aggregateId, value });
  }

  /** Makes an event about a thing, such as `store:17`, of which nothing but that matters. */
  happened(topic: string, aggregateId: string): void {
    this.#happened += 1;
    this.say(topic, {
      eventId: `happened-${this.#happened}`,
      eventType: 'Something',
      version: '1.0',
      timestamp: new Date(0).toISOString(),
      source: 'a-service',
      data: {},
      metadata: {
        aggregateId,
        aggregateVersion: this.#happened,
        causationId: 'c',
        correlationId: 'c',
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
        actor: 'service:a',
      },
    });
  }

  /** Makes an event about an order's change of status, as the orders domain publishes it. */
  statusChanged(orderId: string, version: number, to: string, eventId = `${orderId}-${version}`): void {
    this.say('orders.v1', {
      eventId,
      eventType: 'OrderStatusChanged',
      version: '1.0',
      timestamp: new Date(0).toISOString(),
      source: 'orders-service',
      data: { orderId, to },
      metadata: {
        aggregateId: `order:${orderId}`,
        aggregateVersion: version,
        feed: 'store:1',
        feedVersion: version,
        causationId: 'c',
        correlationId: 'c',
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
        actor: 'service:orders',
      },
    });
  }
}
