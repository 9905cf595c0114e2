// prom-client 15 is the last of its name: it goes on as `@prometheus-io/client`, which wants Node 22. No other file
// imports it.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import {
  metricCatalogue,
  type LabelsOf,
  type LabelValues,
  type MetricOf,
  type OpenLabelsOf,
} from './metricCatalogue.ts';
import { within } from './within.ts';

/** Sets a gauge's value for this scrape. Values for the same labels are added up, also those of several sources. */
export type Report = <Key extends MetricOf<'gauge'>>(gauge: Key, labels: LabelsOf<Key>, value: number) => void;

/**
 * The metrics of one process, handed to whatever counts. A few hundred nanoseconds a call: in a loop, count once at its
 * end.
 */
export interface Metrics {
  /**
   * Begins a counter at 0, for each value that the catalogue lists for its other labels: Prometheus does not see the
   * first step of one that comes out of nothing.
   */
  begin<Key extends MetricOf<'counter'>>(counter: Key, labels: OpenLabelsOf<Key>): void;
  count<Key extends MetricOf<'counter'>>(counter: Key, labels: LabelsOf<Key>, by?: number): void;
  observe<Key extends MetricOf<'histogram'>>(histogram: Key, labels: LabelsOf<Key>, seconds: number): void;
  /**
   * Lets gauges be read whenever somebody asks, and only then. `read` reports all it has, each time. One that fails or
   * takes over 2 s is left out of this scrape, and the rest holds; it is never begun again before it has ended.
   * @param source names it in `drburger_metrics_source_up`: unique within the process
   * @returns how to end that
   */
  onScrape(source: string, read: (report: Report) => void | Promise<void>): () => void;
  /** Everything, in Prometheus' text format 0.0.4. Never rejects. Those who ask at the same time get the same text. */
  text(): Promise<string>;
}

export interface MetricsOptions {
  /**
   * Node's own besides ours: CPU, memory, garbage collection, delay of the event loop. Observed for good, so once in a
   * process.
   */
  readonly process?: boolean;
  readonly answerWithinMs?: number;
}

export const metricsContentType = Registry.PROMETHEUS_CONTENT_TYPE;

export function createMetrics(options: MetricsOptions = {}): Metrics {
  return new ProcessMetrics(options);
}

/** What a source reported; taken over only when it came to its end in time. */
interface Reading {
  readonly gauge: MetricOf<'gauge'>;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Source {
  readonly name: string;
  readonly read: (report: Report) => void | Promise<void>;
  running: boolean;
}

class ProcessMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #sources = new Set<Source>();
  readonly #answerWithinMs: number;
  #scrape: Promise<string> | undefined;

  constructor({ process = false, answerWithinMs = 2_000 }: MetricsOptions) {
    this.#answerWithinMs = answerWithinMs;
    for (const [key, declaration] of Object.entries(metricCatalogue)) {
      const common = {
        name: declaration.name,
        help: declaration.help,
        labelNames: Object.keys(declaration.labels),
        registers: [this.#registry],
      };
      switch (declaration.kind) {
        case 'counter':
          this.#counters.set(key, new Counter(common));
          break;
        case 'histogram':
          this.#histograms.set(key, new Histogram({ ...common, buckets: [...declaration.buckets] }));
          break;
        case 'gauge':
          this.#gauges.set(key, new Gauge(common));
          break;
      }
    }
    // Looking at the event loop costs an idle process 0.4 % of a core at the default of 10 ms, half of that at 20.
    if (process) collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 20 });
  }

  begin<Key extends MetricOf<'counter'>>(counter: Key, labels: OpenLabelsOf<Key>): void {
    const declared: Readonly<Record<string, LabelValues>> = metricCatalogue[counter].labels;
    let combinations: Readonly<Record<string, string>>[] = [labels];
    for (const [label, values] of Object.entries(declared)) {
      if (values !== 'any')
        combinations = combinations.flatMap((each) => values.map((value) => ({ ...each, [label]: value })));
    }
    for (const each of combinations) this.#counters.get(counter)!.inc(each, 0);
  }

  count<Key extends MetricOf<'counter'>>(counter: Key, labels: LabelsOf<Key>, by = 1): void {
    this.#counters.get(counter)!.inc(labels, by);
  }

  observe<Key extends MetricOf<'histogram'>>(histogram: Key, labels: LabelsOf<Key>, seconds: number): void {
    this.#histograms.get(histogram)!.observe(labels, seconds);
  }

  onScrape(name: string, read: Source['read']): () => void {
    if ([...this.#sources].some((source) => source.name === name))
      throw new Error(`two sources of metrics are called ${name}`);
    const source: Source = { name, read, running: false };
    this.#sources.add(source);
    return () => void this.#sources.delete(source);
  }

  text(): Promise<string> {
    this.#scrape ??= this.#collect().finally(() => {
      this.#scrape = undefined;
    });
    return this.#scrape;
  }

  async #collect(): Promise<string> {
    const answers = await Promise.all(
      [...this.#sources].map(async (source) => ({ source: source.name, readings: await this.#ask(source) })),
    );
    for (const gauge of this.#gauges.values()) gauge.reset();
    for (const { source, readings } of answers) {
      this.#gauges.get('sourceUp')!.set({ source }, readings ? 1 : 0);
      for (const { gauge, labels, value } of readings ?? []) this.#gauges.get(gauge)!.inc(labels, value);
    }
    // The library writes `Nan`, which Prometheus reads, but not every reader of its format does: after a scrape that
    // came within 20 ms of the last.
    return (await this.#registry.metrics()).replaceAll(/ Nan$/gm, ' NaN');
  }

  /** Undefined if it did not come to its end in time. */
  async #ask(source: Source): Promise<Reading[] | undefined> {
    if (source.running) return undefined;
    source.running = true;
    const readings: Reading[] = [];
    const reading = (async () => source.read((gauge, labels, value) => readings.push({ gauge, labels, value })))()
      .then(
        () => readings,
        () => undefined,
      )
      .finally(() => {
        source.running = false;
      });
    return within(
      this.#answerWithinMs,
      () => reading,
      () => undefined,
    );
  }
}
