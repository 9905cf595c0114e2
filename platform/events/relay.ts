import { failPoint } from '#platform/faults/failPoint.ts';
import type { Domain } from '#platform/domain/domain.ts';
import { Bell } from './bell.ts';
import type { EventEnvelope } from './defineEvent.ts';
import { domainSession } from './domainSession.ts';
import { eventColumns, toEnvelope, topicOf, type EventRow } from './envelope.ts';
import type { EventBus } from './eventBus.ts';
import { backoffMs, pause } from './pause.ts';
import type { Session } from './session.ts';

export interface Relay {
  /** Says that a commit has appended events. Cheap; may be called after every commit. */
  wake(): void;
  /** Whether this process publishes for the domain now. */
  readonly leading: boolean;
  /** Publishes what it has in hand, then leaves its office to a standby. */
  stop(): Promise<void>;
}

export interface RelayOptions {
  /** How often it looks without being woken: after a commit whose process died before it could wake anybody. */
  readonly pollMs?: number;
  readonly standbyMs?: number;
  readonly batch?: number;
}

/** Any number: an advisory lock is per database, and there is one domain in each. */
const officeLock = 7_001;
const outboxChannel = 'platform_outbox';
const vacantChannel = 'platform_relay_vacant';
/** One NOTIFY for all commits of this span. */
const debounceMs = 4;

type OutboxRow = EventRow & { readonly position: string; /** Seconds since it was appended. */ readonly age: number };

type RelayedDomain = Pick<Domain, 'name' | 'pool' | 'log' | 'metrics'>;

/**
 * Publishes a domain's events in the order of their positions, each after its commit, at least once: a row leaves the
 * outbox only after the bus has it. Of all processes of a domain one relays, elected by a lock that dies with its
 * connection; the others stand by. When the bus fails, events wait in the outbox, and appending goes on.
 */
export async function startRelay(domain: RelayedDomain, bus: EventBus, options: RelayOptions = {}): Promise<Relay> {
  const { session, release } = await domainSession(domain);
  const relay = new OutboxRelay(domain, bus, session, { pollMs: 3_000, standbyMs: 1_000, batch: 500, ...options });
  try {
    await session.listen(outboxChannel, () => relay.look());
    await session.listen(vacantChannel, () => relay.look());
  } catch (error) {
    await release();
    throw error;
  }
  session.onConnect(() => relay.look());
  session.onLost(() => relay.depose());
  const running = relay.run();
  return {
    wake: () => relay.wake(),
    get leading() {
      return relay.leading;
    },
    async stop() {
      await relay.stop(running);
      await release();
    },
  };
}

class OutboxRelay {
  readonly #domain: RelayedDomain;
  readonly #bus: EventBus;
  readonly #session: Session;
  readonly #options: Required<RelayOptions>;
  readonly #bell = new Bell();
  readonly #stop = new AbortController();
  #notifying: NodeJS.Timeout | undefined;
  leading = false;

  constructor(domain: RelayedDomain, bus: EventBus, session: Session, options: Required<RelayOptions>) {
    this.#domain = domain;
    this.#bus = bus;
    this.#session = session;
    this.#options = options;
  }

  look(): void {
    this.#bell.ring();
  }

  depose(): void {
    this.leading = false;
  }

  wake(): void {
    if (this.leading) {
      this.#bell.ring();
      return;
    }
    this.#notifying ??= setTimeout(() => {
      this.#notifying = undefined;
      // If it is not heard, the poll finds the events.
      this.#domain.pool.query(`notify ${outboxChannel}`).catch(() => undefined);
    }, debounceMs);
  }

  async run(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted;) {
      try {
        if (!this.leading) await this.#takeOffice();
        if (this.leading) await this.#drain(signal);
        failures = 0;
        await this.#bell.wait(this.leading ? this.#options.pollMs : this.#options.standbyMs, signal);
      } catch (error) {
        this.#domain.metrics?.count('relayFailures', { domain: this.#domain.name });
        if (this.#session.connected)
          this.#domain.log.warn(
            { err: error, domain: this.#domain.name, failures },
            'events wait in the outbox: publishing failed',
          );
        await pause(backoffMs(failures, 100, 5_000), signal);
        failures += 1;
      }
    }
  }

  async stop(running: Promise<void>): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#notifying);
    await running;
    if (!this.leading) return;
    this.leading = false;
    await this.#session.query(`select pg_advisory_unlock(${officeLock})`).catch(() => undefined);
    await this.#session.query(`notify ${vacantChannel}`).catch(() => undefined);
  }

  async #takeOffice(): Promise<void> {
    if (!this.#session.connected) return;
    const { rows } = await this.#session.query<{ elected: boolean }>(
      `select pg_try_advisory_lock(${officeLock}) as elected`,
    );
    this.leading = rows[0]!.elected;
  }

  async #drain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { rows } = await this.#session.query<OutboxRow>(
        `select o.position, extract(epoch from clock_timestamp() - o.at)::float8 as age, ${eventColumns} from platform.outbox o join platform.event e using (position) order by o.position limit $1`,
        [this.#options.batch],
      );
      if (!rows.length) return;
      failPoint('relay.read');
      const began = performance.now();
      await this.#publish(rows);
      this.#count(rows, (performance.now() - began) / 1_000);
      failPoint('relay.published');
      await this.#session.query('delete from platform.outbox where position = any ($1::bigint[])', [
        rows.map((row) => row.position),
      ]);
      failPoint('relay.deleted');
      if (rows.length < this.#options.batch) return;
    }
  }

  #count(rows: readonly OutboxRow[], seconds: number): void {
    const { metrics, name: domain } = this.#domain;
    if (!metrics) return;
    metrics.count('eventsPublished', { domain }, rows.length);
    for (const { age } of rows) metrics.observe('relayDelay', { domain }, age + seconds);
  }

  async #publish(rows: readonly OutboxRow[]): Promise<void> {
    const byTopic = new Map<string, { key: string; value: EventEnvelope }[]>();
    for (const row of rows) {
      const topic = topicOf(this.#domain.name, row.event_version);
      const messages = byTopic.get(topic) ?? [];
      byTopic.set(topic, messages);
      messages.push({ key: row.stream, value: toEnvelope(row, `${this.#domain.name}-service`) });
    }
    for (const [topic, messages] of byTopic) await this.#bus.publish(topic, messages);
  }
}
