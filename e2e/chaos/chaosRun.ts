import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { EventBus } from '#platform/events/eventBus.ts';
import { openBus } from '#platform/events/fixtures/openBus.ts';
import { operationState, requestOperation } from '#platform/events/operations.ts';
import { OrderStatusChanged } from '#schema/events/orders.ts';
import { auditBus } from './auditBus.ts';
import { orderCount, orderId, storeId, write, type Written } from './chaosDomain.ts';
import { documents } from './chaosGraph.ts';
import { EventStreamWatcher } from './eventStreamWatcher.ts';
import { Faults } from './faults.ts';
import {
  checkEffects,
  checkLog,
  checkShown,
  checkTally,
  isUpToDate,
  logOf,
  Violation,
  type Logged,
} from './invariants.ts';
import { rests } from './rests.ts';
import { log as logger, patiently } from './setup.ts';
import { Stage, type StageOptions } from './stage.ts';
import { history, type Scene } from './steps.ts';
import { PlainWatcher, StreamWatcher, type Watcher, type WatcherOptions } from './watchers.ts';

export interface ChaosOptions extends StageOptions {
  /** The seed of the first history. Each history after it has the next number. */
  readonly seed: number;
  /** After this time no further history begins. One history always runs. */
  readonly forMs: number;
  readonly tell: (line: string) => void;
}

const { topic } = OrderStatusChanged;

/**
 * Runs random histories, in which processes write, are killed, are cut off and are stopped. After each history it
 * brings everything up, waits until nothing changes any more, and checks the promises.
 * @throws Error with the seed, the history, and the first promise that was not kept; or if no process was killed
 */
export async function runChaos(options: ChaosOptions): Promise<void> {
  const { seed, forMs, tell } = options;
  const stage = await Stage.open(options);
  const run = new ChaosRun(stage);
  try {
    await run.begin();
    tell(`chaos: seed ${seed}, bus ${options.bus}, ${options.channels} replicas`);
    const ends = performance.now() + forMs;
    for (let number = 0; number === 0 || performance.now() < ends; number += 1) {
      const began = performance.now();
      await fc.assert(
        fc.asyncProperty(history, (scenes) => run.play(scenes)),
        { seed: seed + number, numRuns: 1, endOnFailure: true, includeErrorInReport: true },
      );
      tell(
        `chaos: seed ${seed + number} holds, ${((performance.now() - began) / 1_000).toFixed(0)} s. Until now: ${run.summary()}`,
      );
    }
    stage.expectDeaths();
  } catch (error) {
    if (process.env['LOG_LEVEL']) for (const { output } of stage.all) tell(output.slice(-5_000));
    throw error;
  } finally {
    await run.end();
    await stage.close();
  }
}

class ChaosRun {
  readonly #stage: Stage;
  readonly #watchers: Watcher[] = [];
  readonly #faults: Faults;
  readonly #committed = new Set<string>();
  readonly #rolledBack = new Set<string>();
  readonly #tailed: EventEnvelope[] = [];
  #bus!: EventBus;
  #events = 0;
  #messages = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#faults = new Faults(stage, this.#watchers, (count) => this.#duplicate(count));
  }

  async begin(): Promise<void> {
    const { domain, broker, token, channelPorts: ports } = this.#stage;
    this.#bus = await openBus(broker.address, logger);
    await this.#bus.tail([topic], ({ value }) => {
      this.#tailed.push(value as EventEnvelope);
    });
    for (let order = 0; order < orderCount; order += 1) await write(domain, { order, events: 1, rollsBack: false });
    const options = (name: string, document: WatcherOptions['document'], at: number): WatcherOptions => ({
      name: `${name} of ${document} ${at}`,
      document,
      id: document === 'board' ? storeId(at) : orderId(at),
      token,
      ports,
    });
    for (const document of Object.keys(documents) as WatcherOptions['document'][]) {
      this.#watchers.push(
        new StreamWatcher(options('stream client', document, 0)),
        new StreamWatcher(options('stream client', document, 1)),
        new PlainWatcher(options('client with a cursor', document, 2), { resumes: true }),
        new PlainWatcher(options('plain client', document, 0), { resumes: false }),
        new EventStreamWatcher(options('event stream', document, 1)),
      );
    }
    await Promise.all(this.#watchers.map((each) => each.start()));
    for (const watcher of this.#watchers)
      await rests(
        () => `a snapshot is shown to ${watcher.state}`,
        () => watcher.shown.length > 0,
      );
  }

  async play(scenes: readonly Scene[]): Promise<void> {
    await this.#allowWriting(true);
    for (const { moves, fault, restMs } of scenes) {
      const writing = this.#write(moves);
      await this.#faults.inflict(fault);
      await Promise.all([writing, sleep(restMs)]);
    }
    await this.#faults.over();
    await this.#allowWriting(false);
    await this.#stage.ready();
    await this.#check();
  }

  async #write(moves: Scene['moves']): Promise<void> {
    for (const move of moves) this.#note(await write(this.#stage.domain, move));
  }

  #note({ committed, rolledBack }: Written): void {
    for (const id of committed) this.#committed.add(id);
    for (const id of rolledBack) this.#rolledBack.add(id);
  }

  /** Publishes events a second time. It fails while the broker is down, which does not matter. */
  #duplicate(count: number): Promise<void> {
    const again = this.#tailed.slice(-count).reverse();
    return this.#bus
      .publish(
        topic,
        again.map((value) => ({ key: value.metadata.aggregateId, value })),
      )
      .catch(() => undefined);
  }

  /** Resolves when no transaction of the writer can commit any more, or when it may write again. */
  #allowWriting(allowed: boolean): Promise<unknown> {
    return patiently(() => this.#stage.domain.pool.query('update writing set allowed = $1', [allowed]));
  }

  async #check(): Promise<void> {
    const {
      domain: { pool },
    } = this.#stage;
    await rests('the outbox is empty', async () => (await pool.query('select from platform.outbox')).rowCount === 0);
    const log = await logOf(pool);
    this.#events = log.length;
    this.#note(this.#stage.written());
    checkLog(log, { committed: this.#committed, rolledBack: this.#rolledBack });
    this.#messages = await auditBus(this.#bus, this.#tailed, log);
    await rests(
      'every event had its effect',
      async () => (await pool.query('select from effect')).rowCount! >= log.length,
    );
    await checkEffects(pool, log);
    await this.#checkTally(log);
    for (const watcher of this.#watchers) {
      await rests(
        () => `the end is shown to ${watcher.state}`,
        () => watcher.failure !== undefined || isUpToDate(watcher, log),
      );
      checkShown(watcher, log);
    }
  }

  async #checkTally(log: readonly Logged[]): Promise<void> {
    const {
      domain: { pool },
    } = this.#stage;
    await rests(
      'the projection heard everything',
      async () =>
        Number((await pool.query<{ moves: string }>('select sum(moves) as moves from tally')).rows[0]!.moves) >=
        log.length,
    );
    await checkTally('the live projection', pool, log);
    const asked = await requestOperation(pool, { kind: 'rebuild', arguments: { readModel: 'tally' } });
    await rests('the projection is rebuilt', async () => (await operationState(pool, asked)).finishedAt !== null);
    const { error } = await operationState(pool, asked);
    if (error) throw new Violation(`the projection cannot be rebuilt: ${error}`);
    await checkTally('the rebuilt projection', pool, log);
  }

  summary(): string {
    const shown = new Map<string, number>();
    for (const { kind, reason } of this.#watchers.flatMap((each) => each.shown)) {
      const what = reason ? `${kind} (${reason})` : kind;
      shown.set(what, (shown.get(what) ?? 0) + 1);
    }
    const say = (counts: Iterable<readonly [string, number]>) =>
      [...counts].map(([what, count]) => `${what} ${count}`).join(', ');
    return [
      say(this.#faults.counts),
      `processes ended by ${say(this.#stage.deaths())}`,
      `events ${this.#events}, rolled back ${this.#rolledBack.size}, messages on the bus ${this.#messages}`,
      `${this.#watchers.length} clients were shown ${say(shown)}`,
      ...this.#stage.lastWords(),
    ].join('; ');
  }

  async end(): Promise<void> {
    await this.#faults.over().catch(() => undefined);
    await Promise.all(this.#watchers.map((each) => each.stop()));
    await this.#bus?.close();
  }
}
