import pg from 'pg';
import type { Logger } from 'pino';
import { connectWithinMs } from '#platform/postgres/connectWithinMs.ts';
import { PreparingClient } from '#platform/postgres/preparingClient.ts';
import { usualTopic, type BusSubscription, type EventBus, type GroupLag, type TopicDescription } from '../eventBus.ts';
import { Session } from '../session.ts';
import { GroupMember } from './groupMember.ts';
import { MessageLog } from './messageLog.ts';
import { OpenSubscriptions } from './openSubscriptions.ts';

export interface PostgresBusParts {
  /** Address of the `bus` database, whose migrations have run. */
  readonly databaseUrl: string;
  readonly log: Logger;
  /** Topics with settings of their own. All others are made as `usualTopic` says when they are first used. */
  readonly topics?: readonly TopicDescription[];
  /** How often to look for messages without a notification, in ms; 3,000 unless told. */
  readonly pollMs?: number;
  /** How many connections to publish and read with, besides the one that listens; 4 unless told. */
  readonly poolSize?: number;
}

const commitAfterMs = 200;
const beatMs = 5_000;
const soonMs = 1_000;
/** Less than the 30 s after which the others take a silent member for dead (`bus.is_alive`). */
const aliveForMs = 20_000;
const sweepMs = 600_000;

/**
 * Opens the event bus that is a set of tables in one PostgreSQL database (see `migrations/`). It is connected and ready
 * when the promise resolves. Rejects when the database cannot be reached.
 */
export async function postgresBus(parts: PostgresBusParts): Promise<EventBus> {
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: parts.databaseUrl,
    max: parts.poolSize ?? 4,
    connectionTimeoutMillis: connectWithinMs,
    query_timeout: 20_000,
    keepAlive: true,
  });
  pool.on('error', () => undefined);
  const session = new Session(pool, 'bus', parts.log);
  try {
    await session.open();
    const bus = new PostgresBus(parts, pool, session);
    await bus.begin();
    return bus;
  } catch (error) {
    await session.close();
    await pool.end();
    throw error;
  }
}

class PostgresBus implements EventBus {
  readonly #parts: PostgresBusParts;
  readonly #pool: pg.Pool;
  readonly #session: Session;
  readonly #messages: MessageLog;
  readonly #topics = new Map<string, Promise<void>>();
  readonly #members = new Set<GroupMember>();
  readonly #subscriptions = new OpenSubscriptions();
  readonly #timers: NodeJS.Timeout[] = [];
  #committing: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #aliveUntil = 0;
  #beating: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: PostgresBusParts, pool: pg.Pool, session: Session) {
    this.#parts = parts;
    this.#pool = pool;
    this.#session = session;
    this.#messages = new MessageLog(pool, parts.log);
  }

  async begin(): Promise<void> {
    await this.#session.listen('bus_message', (told) => void this.#messages.hear(told));
    await this.#session.listen('bus_group', (group) => this.#claim(group));
    this.#session.onLost(() => this.#members.forEach((member) => member.abandon()));
    this.#session.onConnect(() => {
      this.#messages.look();
      this.#members.forEach((member) => this.#rejoin(member));
    });
    const repeat = (ms: number, work: () => void) => this.#timers.push(setInterval(work, ms).unref());
    repeat(this.#parts.pollMs ?? 3_000, () => {
      if (this.#subscriptions.size) this.#messages.look();
    });
    repeat(beatMs, () => {
      if (this.#members.size) this.#beat().catch(() => undefined);
    });
    repeat(sweepMs, () => {
      this.#pool
        .query('select bus.drop_expired()')
        .catch((error: unknown) => this.#parts.log.warn({ err: error }, 'dropping expired messages failed'));
    });
  }

  async publish(topic: string, messages: readonly { readonly key: string; readonly value: unknown }[]): Promise<void> {
    if (!messages.length) return;
    await this.#ensure(topic);
    await this.#messages.publish(topic, messages);
  }

  async consume(
    group: string,
    topics: readonly string[],
    handle: Parameters<EventBus['consume']>[2],
  ): Promise<BusSubscription> {
    await this.#watch(topics);
    const member = new GroupMember({
      group,
      topics,
      handle,
      session: this.#session,
      messages: this.#messages,
      log: this.#parts.log,
      onProgress: () => {
        this.#committing ??= setTimeout(() => {
          this.#commit().catch(() => undefined);
        }, commitAfterMs).unref();
      },
      alive: () => this.#alive(),
    });
    this.#members.add(member);
    try {
      await member.join();
    } catch (error) {
      this.#members.delete(member);
      throw error;
    }
    // After a crash the server may take a moment to notice that the dead members' sessions are gone. Until then their
    // partitions are not free: so this member claims once more a second later.
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#beat().catch(() => undefined);
    }, soonMs).unref();
    return this.#subscriptions.add(async () => {
      await member.finish();
      // If the session is gone, the membership is gone with it: the messages that could not be acknowledged are
      // delivered again to another member.
      await this.#commit()
        .then(() => member.leave())
        .catch(() => undefined);
      this.#members.delete(member);
    });
  }

  async tail(topics: readonly string[], handle: Parameters<EventBus['tail']>[1]): Promise<BusSubscription> {
    await this.#watch(topics);
    const stops = topics.map((topic) => this.#messages.tail(topic, handle));
    return this.#subscriptions.add(async () => stops.forEach((stop) => stop()));
  }

  async lag(): Promise<readonly GroupLag[]> {
    const groups = [...new Set([...this.#members].map(({ group }) => group))];
    if (!groups.length) return [];
    const { rows } = await this.#pool.query<{ group: string; messages: number }>(
      `with place as (
         select p.topic, p.number, p.next_offset, coalesce((select m."offset" from bus.message m where m.topic = p.topic and m.partition = p.number order by m."offset" limit 1), p.next_offset) as oldest
         from bus.partition p)
       select a.group_name as group, sum(p.next_offset - greatest(a.committed, p.oldest))::float8 as messages
       from bus.assignment a join place p on p.topic = a.topic and p.number = a.partition where a.group_name = any ($1) group by a.group_name`,
      [groups],
    );
    return rows;
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeNow();
    return this.#closing;
  }

  async #closeNow(): Promise<void> {
    this.#timers.forEach((timer) => clearInterval(timer));
    await this.#subscriptions.closeAll();
    clearTimeout(this.#committing);
    clearTimeout(this.#soon);
    await this.#messages.close();
    await this.#session.close();
    await this.#pool.end();
  }

  async #watch(topics: readonly string[]): Promise<void> {
    await Promise.all(topics.map((topic) => this.#ensure(topic)));
    await this.#messages.watch(topics);
  }

  #ensure(topic: string): Promise<void> {
    let ensured = this.#topics.get(topic);
    if (!ensured) {
      const { partitions, retentionDays } = this.#parts.topics?.find(({ name }) => name === topic) ?? usualTopic(topic);
      ensured = this.#pool
        .query('select bus.ensure_topic($1, $2, make_interval(days => $3))', [topic, partitions, retentionDays])
        .then(() => undefined);
      this.#topics.set(topic, ensured);
      ensured.catch(() => this.#topics.delete(topic));
    }
    return ensured;
  }

  #claim(group: string): void {
    for (const member of this.#members) {
      // A claim that fails is made up for: the next heartbeat claims again, and so does joining after a lost session.
      if (member.group === group) member.claim().catch(() => undefined);
    }
  }

  #rejoin(member: GroupMember): void {
    member
      .join()
      .catch((error: unknown) =>
        this.#parts.log.warn(
          { err: error, group: member.group },
          'joining a consumer group again failed; the next heartbeat tries again',
        ),
      );
  }

  async #commit(): Promise<void> {
    clearTimeout(this.#committing);
    this.#committing = undefined;
    const progress = [...this.#members].flatMap((member) => member.progress());
    if (!progress.length) return;
    await this.#session.query(
      `update bus.assignment a set committed = greatest(a.committed, p.next)
       from unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[]) as p (member, topic, partition, next)
       where a.member = p.member and a.topic = p.topic and a.partition = p.partition`,
      [
        progress.map(({ member }) => member),
        progress.map(({ topic }) => topic),
        progress.map(({ partition }) => partition),
        progress.map(({ next }) => next),
      ],
    );
    progress.forEach(({ done }) => done());
  }

  async #alive(): Promise<void> {
    if (performance.now() > this.#aliveUntil) await this.#beat();
  }

  #beat(): Promise<void> {
    this.#beating ??= this.#beatNow().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  async #beatNow(): Promise<void> {
    const asked = performance.now();
    const { rows } = await this.#session.query<{ member: string; group_name: string | null }>(
      'select * from bus.beat($1)',
      [[...this.#members].map(({ id }) => id)],
    );
    this.#aliveUntil = asked + aliveForMs;
    for (const { member: id, group_name: group } of rows) {
      const member = [...this.#members].find((each) => each.id === id);
      if (!member) continue;
      if (group === null) this.#rejoin(member);
      else member.claim().catch(() => undefined);
    }
  }
}
