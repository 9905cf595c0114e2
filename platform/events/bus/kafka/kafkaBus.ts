import type { Logger } from 'pino';
import { NotAvailableAtStart } from '#platform/config/startupError.ts';
import {
  usualTopic,
  type BusSubscription,
  type EventBus,
  type GroupLag,
  type TopicDescription,
} from '../../eventBus.ts';
import { OpenSubscriptions } from '../openSubscriptions.ts';
import { GroupLanes } from './groupLanes.ts';
import type { KafkaClient, KafkaClientParts, KafkaSecurity } from './kafkaClient.ts';
import { keepMembership } from './keepMembership.ts';
import { encode, inRuns } from './messageCoding.ts';
import { differenceOf, settingsOf } from './topicSettings.ts';
import { TopicTail } from './topicTail.ts';
import { whileSettling } from './whileSettling.ts';

/**
 * How long the broker waits for a heartbeat before it gives a member's partitions to others; the shortest session that
 * brokers allow by default.
 */
const sessionMs = 6_000;
/**
 * How long to wait until the whole cluster knows a topic that was just made. A new broker is slow with the first ones,
 * since all domains start on it at once.
 */
const settlingMs = 60_000;

export type KafkaClientName = 'kafkajs' | 'platformatic';

export interface KafkaBusParts {
  /** Each as `host:port`. */
  readonly brokers: readonly string[];
  readonly client: KafkaClientName;
  readonly security?: KafkaSecurity;
  readonly log: Logger;
  /**
   * Topics to make before the bus is ready, or to compare with the existing ones (a difference is logged). Any other
   * topic is made as `usualTopic` says when it is first used.
   */
  readonly topics?: readonly TopicDescription[];
}

/**
 * Opens the event bus on Apache Kafka 4. It is connected and ready when the promise resolves.
 * @throws NotAvailableAtStart within seconds when no broker answers, or when they refuse us
 */
export async function kafkaBus(parts: KafkaBusParts): Promise<EventBus> {
  let client: KafkaClient | undefined;
  try {
    client = await clientOf(parts);
    const bus = new KafkaBus(parts, client);
    await bus.begin();
    return bus;
  } catch (error) {
    await client?.close();
    parts.log.debug({ err: error }, 'no Kafka broker can be used');
    throw new NotAvailableAtStart(
      `Kafka at ${parts.brokers.join(', ')} cannot be used (${error instanceof Error ? error.message.split('\n')[0] : String(error)}): start it, or set KAFKA_BROKERS.`,
      { cause: error },
    );
  }
}

async function clientOf({ brokers, client, security, log }: KafkaBusParts): Promise<KafkaClient> {
  const parts: KafkaClientParts = {
    brokers,
    security,
    sessionMs,
    onDebug: (message, fields) => log.debug(fields, message),
  };
  if (client === 'platformatic') return (await import('./platformaticClient.ts')).platformaticClient(parts);
  return (await import('./kafkajsClient.ts')).kafkajsClient(parts);
}

class KafkaBus implements EventBus {
  readonly #parts: KafkaBusParts;
  readonly #client: KafkaClient;
  /**
   * The topics that are known to exist. One is forgotten when something about it fails, and made again if it is gone: a
   * broker that has lost its data has no topics, and makes none by itself.
   */
  readonly #topics = new Map<string, Promise<void>>();
  /**
   * The last send to each topic. Sends to one topic take turns: two at once could get the same sequence numbers from
   * the idempotent producer, and the broker would drop one of them as a duplicate.
   */
  readonly #sending = new Map<string, Promise<void>>();
  readonly #tails = new Map<string, TopicTail>();
  /** Topics of the groups that this process is a member of. */
  readonly #groups = new Map<string, ReadonlySet<string>>();
  readonly #subscriptions = new OpenSubscriptions();
  #closing: Promise<void> | undefined;

  constructor(parts: KafkaBusParts, client: KafkaClient) {
    this.#parts = parts;
    this.#client = client;
  }

  async begin(): Promise<void> {
    // Asks for any topic, just to learn whether a broker answers at all.
    if (!this.#parts.topics?.length) await this.#client.topic('drburger.v1');
    await Promise.all((this.#parts.topics ?? []).map(({ name }) => this.#ensure(name)));
  }

  async publish(topic: string, messages: readonly { readonly key: string; readonly value: unknown }[]): Promise<void> {
    if (!messages.length) return;
    if (this.#closing) throw new Error('the bus is closed');
    const runs = inRuns(messages.map(encode));
    await this.#ensure(topic);
    const sent = (this.#sending.get(topic) ?? Promise.resolve())
      .then(async () => {
        for (const run of runs) await this.#client.send(topic, run);
      })
      .catch((error: unknown) => {
        this.#topics.delete(topic);
        throw error;
      });
    this.#sending.set(
      topic,
      sent.catch(() => undefined),
    );
    await sent;
  }

  async consume(
    group: string,
    topics: readonly string[],
    handle: Parameters<EventBus['consume']>[2],
  ): Promise<BusSubscription> {
    const { log } = this.#parts;
    const lanes = new GroupLanes({ group, handle, log, sessionMs });
    const kept = await keepMembership({
      what: `group ${group}`,
      log,
      join: async () => {
        await this.#ensureAll(topics);
        return this.#client.join(group, topics, lanes);
      },
      onLost: () => {
        topics.forEach((topic) => this.#topics.delete(topic));
        lanes.abandon();
      },
    });
    this.#groups.set(group, new Set([...(this.#groups.get(group) ?? []), ...topics]));
    return this.#subscriptions.add(async () => {
      await lanes.finish();
      await kept.leave();
    });
  }

  async tail(topics: readonly string[], handle: Parameters<EventBus['tail']>[1]): Promise<BusSubscription> {
    const begun = await Promise.allSettled(topics.map((topic) => this.#tail(topic).hear(handle)));
    const stop = async (): Promise<void> => begun.forEach((each) => each.status === 'fulfilled' && each.value());
    const failed = begun.find((each) => each.status === 'rejected');
    if (failed) {
      await stop();
      throw failed.reason;
    }
    return this.#subscriptions.add(stop);
  }

  lag(): Promise<readonly GroupLag[]> {
    return Promise.all(
      [...this.#groups].map(async ([group, topics]) => {
        const behind = await Promise.all([...topics].map((topic) => this.#behind(group, topic)));
        return { group, messages: behind.reduce((sum, each) => sum + each, 0) };
      }),
    );
  }

  async #behind(group: string, topic: string): Promise<number> {
    // The committed offsets are read before the ends: they can only grow meanwhile, so the lag is never negative.
    const committed = await this.#client.committed(group, topic);
    const [end, oldest] = await Promise.all([this.#client.offsets(topic), this.#client.offsets(topic, 0)]);
    return [...end].reduce(
      (sum, [partition, next]) =>
        sum + Math.max(0, next - Math.max(committed.get(partition) ?? 0, oldest.get(partition) ?? 0)),
      0,
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeNow();
    return this.#closing;
  }

  async #closeNow(): Promise<void> {
    await this.#subscriptions.closeAll();
    await Promise.all([...this.#tails.values()].map((tail) => tail.close()));
    await Promise.all(this.#sending.values());
    await this.#client.close();
  }

  /** The tail of a topic, which all listeners in this process share. */
  #tail(topic: string): TopicTail {
    const tail =
      this.#tails.get(topic) ??
      new TopicTail({
        topic,
        client: this.#client,
        log: this.#parts.log,
        ensure: () => this.#ensure(topic),
        onLost: () => this.#topics.delete(topic),
      });
    this.#tails.set(topic, tail);
    return tail;
  }

  async #ensureAll(topics: readonly string[]): Promise<void> {
    await Promise.all(topics.map((topic) => this.#ensure(topic)));
  }

  #ensure(name: string): Promise<void> {
    let ensured = this.#topics.get(name);
    if (!ensured) {
      ensured = this.#ensureNow(this.#parts.topics?.find((topic) => topic.name === name) ?? usualTopic(name));
      this.#topics.set(name, ensured);
      ensured.catch(() => this.#topics.delete(name));
    }
    return ensured;
  }

  async #ensureNow(description: TopicDescription): Promise<void> {
    // Other processes make the same topics at the same time, and a topic exists before every broker serves it.
    await whileSettling(async () => {
      const existing = await this.#client.topic(description.name);
      if (!existing) await this.#client.createTopic(description, settingsOf(description));
      await this.#client.offsets(description.name);
      const difference = existing && differenceOf(description, existing);
      if (difference) this.#parts.log.warn(difference);
    }, settlingMs);
  }
}
