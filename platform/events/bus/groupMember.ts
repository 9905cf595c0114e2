import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { BusMessage } from '../eventBus.ts';
import { backoffMs, pause } from '../pause.ts';
import type { Session } from '../session.ts';
import type { MessageLog, StoredMessage } from './messageLog.ts';

/** A partition that the database has assigned to this member. No other member of the group handles it meanwhile. */
interface Lease {
  readonly topic: string;
  readonly partition: number;
  readonly stop: AbortController;
  /** Offset of the next message to handle. */
  next: number;
  /** The value of `next` that was last committed; another member would begin there. */
  committed: number;
  finished: Promise<void>;
}

export interface GroupMemberParts {
  readonly group: string;
  readonly topics: readonly string[];
  readonly handle: (message: BusMessage) => Promise<void>;
  readonly session: Session;
  readonly messages: MessageLog;
  readonly log: Logger;
  /** Called after each handled message: there is a new offset to commit. */
  readonly onProgress: () => void;
  /** Resolves once the database has confirmed recently enough that this process is alive, so its leases still hold. */
  readonly alive: () => Promise<void>;
}

/** One member of a consumer group: claims its share of the partitions and handles each of them in order. */
export class GroupMember {
  readonly #parts: GroupMemberParts;
  readonly #leases = new Map<string, Lease>();
  #id = randomUUID();
  #claiming: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: GroupMemberParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#id;
  }

  get group(): string {
    return this.#parts.group;
  }

  /**
   * Joins the group; the membership lasts as long as the database session. Called again when the session was lost and
   * is back: the member then gets a new id.
   */
  async join(): Promise<void> {
    this.abandon();
    this.#id = randomUUID();
    await this.#parts.session.query('select bus.join_group($1, $2, $3)', [this.#id, this.group, this.#parts.topics]);
    await this.claim();
  }

  /** Takes this member's fair share of the partitions and gives up the others. Calls run one after the other. */
  claim(): Promise<void> {
    const next = this.#claiming.then(() => this.#claimNow());
    this.#claiming = next.catch(() => undefined);
    return next;
  }

  /**
   * Drops all leases, because they are lost and other members may hold them already. Messages whose handlers run are
   * finished, but not acknowledged.
   */
  abandon(): void {
    for (const lease of this.#leases.values()) lease.stop.abort();
    this.#leases.clear();
  }

  /** The offsets that are not committed yet. Call `done` of each once it is. */
  progress(): { member: string; topic: string; partition: number; next: number; done(): void }[] {
    return [...this.#leases.values()]
      .filter((lease) => lease.next > lease.committed)
      .map((lease) => {
        const { topic, partition, next } = lease;
        return {
          member: this.#id,
          topic,
          partition,
          next,
          done: () => {
            lease.committed = next;
          },
        };
      });
  }

  /** Finishes the messages in hand and handles no more. The caller then commits the offsets and calls `leave`. */
  async finish(): Promise<void> {
    this.#closed = true;
    await this.#claiming;
    const leases = [...this.#leases.values()];
    for (const lease of leases) lease.stop.abort();
    await Promise.all(leases.map((lease) => lease.finished));
  }

  async leave(): Promise<void> {
    await this.#parts.session.query(
      `with gone as (delete from bus.member where id = $1 returning group_name),
       freed as (update bus.assignment set member = null where member = $1)
       select pg_notify('bus_group', group_name) from gone`,
      [this.#id],
    );
  }

  async #claimNow(): Promise<void> {
    if (this.#closed) return;
    const { rows } = await this.#parts.session.query<{
      topic: string;
      partition: number;
      committed: number;
      wanted: boolean;
    }>('select topic, partition, committed::float8 as committed, wanted from bus.claim($1)', [this.#id]);
    const held = new Set(rows.map(({ topic, partition }) => `${topic}/${partition}`));
    for (const [place, lease] of this.#leases) {
      if (held.has(place)) continue;
      lease.stop.abort();
      this.#leases.delete(place);
    }
    for (const { topic, partition, committed } of rows.filter((row) => row.wanted)) {
      if (!this.#leases.has(`${topic}/${partition}`)) this.#begin(topic, partition, committed);
    }
    await this.#giveUp(rows.filter((row) => !row.wanted));
  }

  async #giveUp(unwanted: readonly { topic: string; partition: number }[]): Promise<void> {
    if (!unwanted.length) return;
    const next = await Promise.all(
      unwanted.map(async ({ topic, partition }) => {
        const lease = this.#leases.get(`${topic}/${partition}`);
        lease?.stop.abort();
        await lease?.finished;
        this.#leases.delete(`${topic}/${partition}`);
        return lease?.next ?? 0;
      }),
    );
    await this.#parts.session.query(
      `with freed as (
         update bus.assignment a set member = null, committed = greatest(a.committed, f.next)
         from unnest($2::text[], $3::int[], $4::bigint[]) as f (topic, partition, next)
         where a.member = $1 and a.topic = f.topic and a.partition = f.partition)
       select pg_notify('bus_group', $5)`,
      [this.#id, unwanted.map(({ topic }) => topic), unwanted.map(({ partition }) => partition), next, this.group],
    );
  }

  #begin(topic: string, partition: number, committed: number): void {
    const lease: Lease = {
      topic,
      partition,
      stop: new AbortController(),
      next: committed,
      committed,
      finished: Promise.resolve(),
    };
    this.#leases.set(`${topic}/${partition}`, lease);
    lease.finished = this.#work(lease);
  }

  async #work(lease: Lease): Promise<void> {
    const { signal } = lease.stop;
    for (let failures = 0; !signal.aborted;) {
      try {
        const messages = await this.#parts.messages.read(lease.topic, lease.partition, lease.next, signal);
        failures = 0;
        for (const message of messages) {
          if (signal.aborted) return;
          if (!(await this.#handled(message, signal))) return;
          lease.next = message.offset + 1;
          this.#parts.onProgress();
        }
      } catch (error) {
        this.#parts.log.warn(
          { err: error, group: this.group, topic: lease.topic, partition: lease.partition },
          'reading a partition failed',
        );
        await pause(backoffMs(failures, 100, 5_000), signal);
        failures += 1;
      }
    }
  }

  /** Handles a message, again and again until it succeeds (true) or the lease ends (false). */
  async #handled(message: StoredMessage, signal: AbortSignal): Promise<boolean> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        await this.#parts.alive();
        if (signal.aborted) return false;
        await this.#parts.handle(message);
        return true;
      } catch (error) {
        const { topic, partition, offset } = message;
        this.#parts.log.warn(
          { err: error, group: this.group, topic, partition, offset, failures },
          'a message was not handled and is tried again',
        );
        await pause(backoffMs(failures, 100, 5_000), signal);
      }
    }
    return false;
  }
}
