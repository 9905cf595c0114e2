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
  /** Tells the relay that a commit has appended events. It is cheap: call it after every such commit. */
  wake(): void;
  /** Whether this process is the one that publishes the domain's events now. */
  readonly leading: boolean;
  /** Finishes the batch that is being published, then gives the leadership to a standby. */
  stop(): Promise<void>;
}

export interface RelayOptions {
  /**
   * How often the leader looks for events without being woken, in ms; 3,000 by default. A process may die between its
   * commit and waking the relay.
   */
  readonly pollMs?: number;
  /** How often a standby tries to become the leader, in ms; 1,000 by default. */
  readonly standbyMs?: number;
  /** How many events are published at once at most; 500 by default. */
  readonly batch?: number;
}

/**
 * Key of the advisory lock that elects the leader. Advisory locks are per database, and each domain has a database of
 * its own, so the number only has to differ from other locks of the platform.
 */
const leaderLock = 7_001;
const outboxChannel = 'platform_outbox';
const vacantChannel = 'platform_relay_vacant';
/** Commits within this time share one NOTIFY. */
const debounceMs = 4;

type OutboxRow = EventRow & { readonly position: string; /** Seconds since it was appended. */ readonly age: number };

/**
 * How long what was published waits in the outbox for the next events: the statement that reads those deletes it. Until
 * then a crash publishes it again.
 */
const lingerMs = 200;

/**
 * Deletes what was published, and reads the next events. Each is looked up by its position, since the planner, which
 * does not know how few rows the outbox has, would join the tables by reading the log from its beginning.
 */
const nextEvents = `with gone as (delete from platform.outbox where position = any ($2::bigint[])), next as materialized (
    select position, extract(epoch from clock_timestamp() - at)::float8 as age from platform.outbox
    where position <> all ($2::bigint[]) order by position limit $1)
  select n.position, n.age, ${eventColumns} from next n
  cross join lateral (select * from platform.event e where e.position = n.position limit 1) e order by n.position`;

type RelayedDomain = Pick<Domain, 'name' | 'pool' | 'log' | 'metrics'>;

/**
 * Starts the relay, which publishes a domain's events from the outbox to the bus, in the order of their positions and
 * at least once: a row is deleted from the outbox only after the bus has the event, by the statement that reads the
 * next ones. One process of the domain leads, elected by an advisory lock that is freed when its connection ends; the
 * others stand by. When the bus fails, events wait in the outbox, and appending goes on.
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
  session.onLost(() => relay.loseLeadership());
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
  /** Positions of events that the bus has and that are still in the outbox. */
  #published: readonly string[] = [];
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

  loseLeadership(): void {
    this.leading = false;
  }

  wake(): void {
    if (this.leading) {
      this.#bell.ring();
      return;
    }
    this.#notifying ??= setTimeout(() => {
      this.#notifying = undefined;
      // If this notification gets lost, the leader finds the events when it polls.
      this.#domain.pool.query(`notify ${outboxChannel}`).catch(() => undefined);
    }, debounceMs);
  }

  async run(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted;) {
      try {
        if (!this.leading) await this.#tryToLead();
        if (this.leading) await this.#drain(signal);
        failures = 0;
        await this.#bell.wait(this.#longestWaitMs(), signal);
      } catch (error) {
        this.#domain.metrics?.count('relayFailures', { domain: this.#domain.name });
        if (this.#session.connected)
          this.#domain.log.warn(
            { err: error, domain: this.#domain.name, failures },
            'publishing events failed; they wait in the outbox and are tried again',
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
    if (this.#published.length) await this.#next(0).catch(() => undefined);
    await this.#session.query(`select pg_advisory_unlock(${leaderLock})`).catch(() => undefined);
    await this.#session.query(`notify ${vacantChannel}`).catch(() => undefined);
  }

  async #tryToLead(): Promise<void> {
    if (!this.#session.connected) return;
    const { rows } = await this.#session.query<{ elected: boolean }>(
      `select pg_try_advisory_lock(${leaderLock}) as elected`,
    );
    this.leading = rows[0]!.elected;
  }

  #longestWaitMs(): number {
    if (!this.leading) return this.#options.standbyMs;
    return this.#published.length ? lingerMs : this.#options.pollMs;
  }

  async #drain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const rows = await this.#next(this.#options.batch);
      if (!rows.length) return;
      failPoint('relay.read');
      const began = performance.now();
      await this.#publish(rows);
      this.#count(rows, (performance.now() - began) / 1_000);
      this.#published = rows.map((row) => row.position);
      failPoint('relay.published');
      if (rows.length < this.#options.batch) return;
    }
  }

  /** Deletes what was published from the outbox, and reads the events after it. */
  async #next(most: number): Promise<readonly OutboxRow[]> {
    const deleted = this.#published;
    const { rows } = await this.#session.query<OutboxRow>(nextEvents, [most, deleted]);
    this.#published = [];
    if (deleted.length) failPoint('relay.deleted');
    return rows;
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
