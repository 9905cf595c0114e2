import {
  Admin,
  compatibilityPartitioner,
  ConnectionPool,
  Consumer,
  FetchIsolationLevels,
  ListOffsetTimestamps,
  Producer,
  ProduceAcks,
  stringSerializers,
  type BaseOptions,
  type GroupAssignment,
  type GroupPartitionsAssigner,
  type SASLMechanismValue,
} from '@platformatic/kafka';
import { assignPartitions, decodeInHand, encodeInHand, sharingName } from './assignPartitions.ts';
import type { GroupLanes } from './groupLanes.ts';
import type { KafkaClient, KafkaClientParts, Membership } from './kafkaClient.ts';
import { FetchLoop } from './platformaticFetch.ts';

/**
 * The Kafka client on `@platformatic/kafka` 1.35.0, the newest release for Node 20. It fetches by a loop of its own
 * (`FetchLoop`), because the library's stream cannot pause one partition while others go on.
 */
export async function platformaticClient({
  brokers,
  security,
  onDebug,
  sessionMs,
}: KafkaClientParts): Promise<KafkaClient> {
  // TLS (each broker is checked against the name in its certificate) and the login of every connection.
  const secured = {
    ...(security?.tls ? { tls: { ...security.tls }, tlsServerName: true } : {}),
    ...(security?.sasl
      ? { sasl: { ...security.sasl, mechanism: security.sasl.mechanism.toUpperCase() as SASLMechanismValue } }
      : {}),
  };
  const base = {
    ...secured,
    clientId: 'drburger',
    bootstrapBrokers: [...brokers],
    connectTimeout: 2_000,
    timeout: 10_000,
    retries: 4,
    retryDelay: (_: object, __: string, attempt: number) => Math.min(1_000, 100 * 2 ** attempt),
  };
  const admin = new Admin(base);
  admin.on('error', (error: Error) => onDebug('admin', { err: error }));
  // Two consumers that never join their group: one asks for offsets, the other fetches. The fetching one does not try
  // again by itself, so that a fetch ends at once when its connections are closed.
  const outsider = (retries: number) => {
    const consumer = new Consumer<Buffer, Buffer, Buffer, Buffer>({
      ...base,
      retries,
      groupId: 'drburger-none',
      isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
    });
    consumer.on('error', (error: Error) => onDebug('consumer', { err: error }));
    return consumer;
  };
  const [asker, fetcher] = [outsider(base.retries), outsider(0)];
  let producer: Producer<string, string, string, string> | undefined;
  return {
    topic: (name) => describeTopic(admin, name),
    async createTopic({ name, partitions }, settings) {
      const configs = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
      await admin.createTopics({ topics: [name], partitions, replicas: -1, configs }).catch((error: unknown) => {
        if (!isProtocolError(error, 'TOPIC_ALREADY_EXISTS')) throw error;
      });
    },
    async send(topic, messages) {
      producer ??= new Producer({
        ...base,
        idempotent: true,
        acks: ProduceAcks.ALL,
        serializers: stringSerializers,
        partitioner: compatibilityPartitioner,
      });
      const using = producer;
      try {
        await using.send({ messages: messages.map(({ key, value }) => ({ topic, key, value })) });
      } catch (error) {
        if (producer === using) producer = undefined;
        void using.close().catch(() => undefined);
        throw error;
      }
    },
    join: (group, topics, lanes) =>
      joinGroup({ ...base, retries: 8, groupId: group }, sessionMs, fetcher, topics, lanes),
    async offsets(topic, sinceMs) {
      const end = offsetsOf(
        await asker.listOffsets({ topics: [topic], timestamp: ListOffsetTimestamps.LATEST }),
        topic,
      );
      if (sinceMs === undefined) return end;
      const since = offsetsOf(await asker.listOffsets({ topics: [topic], timestamp: BigInt(sinceMs) }), topic);
      return new Map(
        [...end].map(([partition, offset]) => [partition, since.get(partition)! >= 0 ? since.get(partition)! : offset]),
      );
    },
    async committed(group, topic) {
      const [found] = await admin.listConsumerGroupOffsets({ groups: [group] });
      const partitions = found?.topics.find(({ name }) => name === topic)?.partitions ?? [];
      return new Map(
        partitions
          .map(({ partitionIndex, committedOffset }) => [partitionIndex, Number(committedOffset)] as const)
          .filter(([, offset]) => offset >= 0),
      );
    },
    async follow(topic, next, take) {
      const loop = new FetchLoop(fetcher, new ConnectionPool('drburger', base), {
        wanted: () => [...next].map(([partition, offset]) => ({ topic, partition, offset })),
        take: (_, partition, records, after) => take(partition, records, after),
      });
      return { lost: loop.lost, leave: () => loop.stop(), heardAt: () => loop.fetchedAt };
    },
    async close() {
      await Promise.allSettled([admin.close(), closed(asker), closed(fetcher), producer?.close()]);
    },
  };
}

/** Closes a consumer and waits for it: the library's types hide that `close` returns a promise. */
const closed = (consumer: Consumer): Promise<void> => Promise.resolve(consumer.close(true));

const offsetsOf = (found: ReadonlyMap<string, readonly bigint[]>, topic: string) =>
  new Map((found.get(topic) ?? []).map((offset, partition) => [partition, Number(offset)]));

async function describeTopic(admin: Admin, name: string): ReturnType<KafkaClient['topic']> {
  if (!(await admin.listTopics()).includes(name)) return undefined;
  const metadata = await admin.metadata({ topics: [name], forceUpdate: true });
  const [described] = await admin.describeConfigs({ resources: [{ resourceType: 2, resourceName: name }] });
  return {
    partitions: metadata.topics.get(name)!.partitionsCount,
    settings: new Map(described!.configs.map(({ name: key, value }) => [key, value ?? ''])),
  };
}

async function joinGroup(
  base: BaseOptions & { groupId: string },
  sessionMs: number,
  fetcher: Consumer,
  topics: readonly string[],
  lanes: GroupLanes,
): Promise<Membership> {
  // The library reads `metadata` each time it joins, which is when a rebalance begins.
  const protocol = {
    name: sharingName,
    version: 1,
    get metadata() {
      return encodeInHand(lanes.freeze());
    },
  };
  const options = {
    sessionTimeout: sessionMs,
    rebalanceTimeout: sessionMs,
    heartbeatInterval: Math.min(1_000, sessionMs / 4),
    protocols: [protocol],
    partitionAssigner: assigner,
  };
  const consumer = new Consumer<Buffer, Buffer, Buffer, Buffer>({
    ...base,
    ...options,
    isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
  });
  let lose: (error: Error) => void = () => undefined;
  const lost = new Promise<Error>((resolve) => {
    lose = resolve;
  });
  consumer.on('error', (error: Error) => lose(error));
  for (const topic of topics) consumer.topics.track(topic);
  let sentAt = performance.now();
  let heardAt = sentAt;
  let isLeaving = false;
  consumer.on('consumer:heartbeat:start', () => {
    sentAt = performance.now();
  });
  consumer.on('consumer:heartbeat:end', () => {
    heardAt = sentAt;
    if (!isLeaving) lanes.heardOf(sentAt);
  });
  const loop = new FetchLoop(fetcher, new ConnectionPool('drburger', base), {
    wanted: () => lanes.wanted(),
    take: (...fetched) => void lanes.push(...fetched),
  });
  lanes.attach({
    commit: (progress) =>
      consumer.commit({
        offsets: progress.map(({ topic, partition, next }) => ({
          topic,
          partition,
          offset: BigInt(next),
          leaderEpoch: -1,
        })),
      }),
    room: () => loop.look(),
  });
  consumer.on('consumer:group:join', ({ assignments = [] }) => {
    heardAt = performance.now();
    if (isLeaving) return;
    beginLanes(consumer, assignments, lanes).then(() => loop.look(), lose);
  });
  const leave = async () => {
    isLeaving = true;
    // Together: a fetch that hangs must not keep a member in the group, whose heartbeats go on by themselves.
    await Promise.allSettled([loop.stop(), closed(consumer)]);
  };
  void loop.lost.then(lose);
  try {
    await consumer.joinGroup(options);
    return { lost, leave, heardAt: () => Math.min(heardAt, loop.fetchedAt) };
  } catch (error) {
    await leave();
    throw error;
  }
}

async function beginLanes(
  consumer: Consumer,
  assignments: readonly GroupAssignment[],
  lanes: GroupLanes,
): Promise<void> {
  const added = lanes.assigned(assignments);
  if (!added.length) return;
  const topics = [...new Set(added.map(({ topic }) => topic))];
  const asked = topics.map((topic) => ({
    topic,
    partitions: added.filter((each) => each.topic === topic).map(({ partition }) => partition),
  }));
  const [committed, earliest, latest] = await Promise.all([
    consumer.listCommittedOffsets({ topics: asked }),
    consumer.listOffsets({ topics, timestamp: ListOffsetTimestamps.EARLIEST }),
    consumer.listOffsets({ topics, timestamp: ListOffsetTimestamps.LATEST }),
  ]);
  for (const { topic, partition } of added) {
    const known = Number(committed.get(topic)?.[partition] ?? -1n);
    // What was committed can be past the end of a topic that was made anew.
    const isThere = known >= 0 && known <= Number(latest.get(topic)![partition]);
    lanes.beginAt(topic, partition, isThere ? known : Number(earliest.get(topic)![partition]));
  }
}

const assigner: GroupPartitionsAssigner = (_, members, __, metadata) => {
  const claims = [...members.values()].map(({ memberId: id, topics = [], metadata: data }) => ({
    id,
    topics,
    inHand: decodeInHand(data),
  }));
  const assignment = assignPartitions(claims, (topic) => metadata.topics.get(topic)?.partitionsCount ?? 0);
  return [...assignment].map(([memberId, topics]) => ({
    memberId,
    assignments: new Map([...topics].map(([topic, partitions]) => [topic, { topic, partitions }])),
  }));
};

const isProtocolError = (error: unknown, id: string): boolean =>
  Boolean((error as { findBy?(property: string, value: string): unknown }).findBy?.('apiId', id));
