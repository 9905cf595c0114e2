import type { LabelsOf } from '#platform/telemetry/metricCatalogue.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { StreamMark } from './streamMessage.ts';

type Kind = StreamMark['kind'];

/** The metrics of a channel's streams and sockets. Without `metrics` nothing is counted. */
export class StreamMetrics {
  readonly #metrics: Metrics | undefined;
  readonly #channel: string;

  constructor(metrics: Metrics | undefined, channel: string) {
    this.#metrics = metrics;
    this.#channel = channel;
    for (const counter of ['streamMessages', 'streamLagged', 'socketEvictions', 'socketRefusals'] as const)
      metrics?.begin(counter, { channel });
  }

  /** A stream's query was executed. */
  executed(): void {
    this.#metrics?.count('streamExecutions', { channel: this.#channel });
  }

  /** A message was sent to one subscriber. */
  sent(kind: Kind): void {
    this.#metrics?.count('streamMessages', { channel: this.#channel, kind });
  }

  /** A message that was made once was sent to `count` subscribers. `happenedAt`: the time of its event, ISO 8601. */
  published(kind: Kind, count: number, happenedAt: string | undefined): void {
    if (!this.#metrics || count === 0) return;
    const channel = this.#channel;
    this.#metrics.count('streamMessages', { channel, kind }, count);
    if (count > 1) this.#metrics.count('streamSharedDeliveries', { channel }, count - 1);
    const delay = happenedAt === undefined ? Number.NaN : (Date.now() - Date.parse(happenedAt)) / 1_000;
    if (delay >= 0) this.#metrics.observe('streamDelay', { channel }, delay);
  }

  /** A client got a snapshot because it did not read fast enough. */
  lagged(): void {
    this.#metrics?.count('streamLagged', { channel: this.#channel });
  }

  /** A client's socket was cut. */
  evicted(reason: LabelsOf<'socketEvictions'>['reason']): void {
    this.#metrics?.count('socketEvictions', { channel: this.#channel, reason });
  }

  /** A client's connection was refused. */
  refused(reason: LabelsOf<'socketRefusals'>['reason']): void {
    this.#metrics?.count('socketRefusals', { channel: this.#channel, reason });
  }

  /** Registers gauges that are read whenever metrics are collected. @returns a function that removes them */
  watch(
    read: () => Readonly<
      Record<
        | 'streamConnections'
        | 'streamSubscriptions'
        | 'streamQueuedEvents'
        | 'streamQueuedBytes'
        | 'socketUnread'
        | 'upgradesQueued',
        number
      >
    >,
  ): () => void {
    return (
      this.#metrics?.onScrape(`streams of ${this.#channel}`, (report) => {
        const readings = read();
        for (const gauge of Object.keys(readings) as (keyof typeof readings)[])
          report(gauge, { channel: this.#channel }, readings[gauge]);
      }) ?? (() => undefined)
    );
  }
}
