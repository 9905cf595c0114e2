import { randomUUID } from 'node:crypto';
import kafkajs, {
  type Admin,
  type Consumer,
  type ConsumerConfig,
  type EachBatchPayload,
  type Kafka,
  type PartitionAssigner,
  type Producer,
  type SASLOptions,
} from 'kafkajs';
import { assignPartitions, decodeInHand, encodeInHand, sharingName } from './assignPartitions.ts';
import type { GroupLanes } from './groupLanes.ts';
import type { KafkaClient, KafkaClientParts, Membership } from './kafkaClient.ts';
import { kafkajsOffsets } from './kafkajsOffsets.ts';
import { kafkaRecord } from './messageCoding.ts';

const { AssignerProtocol, ConfigResourceTypes, Partitioners, logLevel } = kafkajs;

const createPartitioner = Partitioners.DefaultPartitioner;

/** The Kafka client on kafkajs 2.2.4, which the company named as its client and which is no longer maintained. */
export async function kafkajsClient({ brokers, security, onDebug, sessionMs }: KafkaClientParts): Promise<KafkaClient> {
  const kafka = new kafkajs.Kafka({
    clientId: 'drburger',
    brokers: [...brokers],
    ssl: security?.tls ? { ...security.tls } : false,
    sasl: security?.sasl as SASLOptions | undefined,
    connectionTimeout: 2_000,
    requestTimeout: 10_000,
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log: { message, timestamp: _, logger: __, ...fields } }) =>
        onDebug(`kafkajs ${namespace}: ${message}`, fields),
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 },
  });
  const admin = kafka.admin();
  await admin.connect();
  // `maxWaitTimeInMs`: the broker answers a fetch when there are messages, or else after this wait. A shorter wait
  // costs more CPU (a millisecond or two per fetch, in every process, for every topic); a longer one delays heartbeats
  // and disconnects, which wait for the fetch on the same connection. `retries`: requests are tried again for about as
  // long as the group remembers this member.
  const reading: Omit<ConsumerConfig, 'groupId'> = {
    sessionTimeout: sessionMs,
    rebalanceTimeout: sessionMs,
    heartbeatInterval: Math.min(1_000, sessionMs / 4),
    maxWaitTimeInMs: 500,
    maxBytesPerPartition: 262_144,
    metadataMaxAge: 60_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8, restartOnFailure: async () => false },
  };
  let producer: Promise<Producer> | undefined;
  return {
    topic: (name) => withFreshAdmin(kafka, (fresh) => describeTopic(fresh, name)),
    async createTopic({ name, partitions }, settings) {
      const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
      await withFreshAdmin(kafka, (fresh) =>
        fresh.createTopics({
          waitForLeaders: false,
          topics: [{ topic: name, numPartitions: partitions, replicationFactor: -1, configEntries }],
        }),
      );
    },
    async send(topic, messages) {
      producer ??= connectProducer(kafka);
      const using = producer;
      try {
        await (await using).send({ topic, acks: -1, messages: [...messages] });
      } catch (error) {
        if (producer === using) producer = undefined;
        void using.then((broken) => broken.disconnect()).catch(() => undefined);
        throw error;
      }
    },
    join: (group, topics, lanes) => joinGroup(kafka, { ...reading, groupId: group }, topics, lanes),
    offsets: (topic, sinceMs) => kafkajsOffsets(admin, topic, sinceMs),
    async committed(groupId, topic) {
      const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return new Map(
        (found?.partitions ?? [])
          .map(({ partition, offset }) => [partition, Number(offset)] as const)
          .filter(([, offset]) => offset >= 0),
      );
    },
    async follow(topic, next, take) {
      // kafkajs cannot read without a consumer group: this reader is the only member of a group of its own, which it
      // deletes when it leaves.
      const groupId = `tail-${randomUUID()}`;
      const consumer = kafka.consumer({ ...reading, groupId, maxWaitTimeInMs: 1_000 });
      consumer.on(consumer.events.GROUP_JOIN, () => {
        for (const [partition, offset] of next) consumer.seek({ topic, partition, offset: String(offset) });
      });
      const membership = await runConsumer(consumer, [topic], async ({ batch }) => {
        take(batch.partition, recordsOf(batch), Number(batch.lastOffset()) + 1);
      });
      return {
        ...membership,
        leave: () =>
          membership
            .leave()
            .then(() => admin.deleteGroups([groupId]))
            .then(
              () => undefined,
              () => undefined,
            ),
      };
    },
    async close() {
      await Promise.allSettled([admin.disconnect(), producer?.then((each) => each.disconnect())]);
    },
  };
}

/**
 * Runs `work` with an admin client of its own. One that has been asked for a topic asks for it again with whatever else
 * it does, and fails if it is gone: it could neither see that, nor make the topic again.
 */
async function withFreshAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function connectProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  return producer;
}

async function describeTopic(admin: Admin, name: string): ReturnType<KafkaClient['topic']> {
  const known = await admin.listTopics();
  if (!known.includes(name)) return undefined;
  const {
    topics: [topic],
  } = await admin.fetchTopicMetadata({ topics: [name] });
  const {
    resources: [resource],
  } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name }] });
  return {
    partitions: topic!.partitions.length,
    settings: new Map(resource!.configEntries.map(({ configName, configValue }) => [configName, configValue])),
  };
}

async function joinGroup(
  kafka: Kafka,
  config: ConsumerConfig,
  topics: readonly string[],
  lanes: GroupLanes,
): Promise<Membership> {
  const consumer = kafka.consumer({ ...config, partitionAssigners: [assigner(lanes)] });
  const resume = (topic: string, partitions: number[]) => {
    if (partitions.length) consumer.resume([{ topic, partitions }]);
  };
  lanes.attach({
    commit: (progress) =>
      consumer.commitOffsets(
        progress.map(({ topic, partition, next }) => ({ topic, partition, offset: String(next) })),
      ),
    room: (topic, partition) => resume(topic, [partition]),
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
    const added = lanes.assigned(
      Object.entries(memberAssignment).map(([topic, partitions]) => ({ topic, partitions })),
    );
    for (const { topic, partition } of added) resume(topic, [partition]);
  });
  // The time that counts is when the heartbeat was sent, not when its answer was seen: in between, this process may
  // have been frozen for a long time.
  let sentAt = 0;
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    if (payload.apiName === 'Heartbeat') sentAt = payload.sentAt;
  });
  consumer.on(consumer.events.HEARTBEAT, () => lanes.heardOf(performance.now() - Math.max(0, Date.now() - sentAt)));
  return runConsumer(consumer, topics, async ({ batch, pause }) => {
    if (!lanes.push(batch.topic, batch.partition, recordsOf(batch), Number(batch.lastOffset()) + 1)) pause();
  });
}

/**
 * Starts a consumer; resolves when it has joined its group. It never restarts by itself: kafkajs would do so after some
 * failures only, so `keepMembership` joins again after any of them. Records that are fetched while it leaves are not
 * handed over: the partition may have been given to another member already.
 */
async function runConsumer(
  consumer: Consumer,
  topics: readonly string[],
  eachBatch: (payload: EachBatchPayload) => Promise<void>,
): Promise<Membership> {
  const lost = new Promise<Error>((resolve) => {
    consumer.on(consumer.events.CRASH, ({ payload: { error } }) => resolve(error));
  });
  let [fetchedAt, beatAt] = [0, 0];
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => {
      fetchedAt = beatAt = performance.now();
      resolve();
    });
  });
  consumer.on(consumer.events.FETCH, () => (fetchedAt = performance.now()));
  consumer.on(consumer.events.HEARTBEAT, () => (beatAt = performance.now()));
  let isLeaving = false;
  const leave = () => {
    isLeaving = true;
    return consumer.disconnect().catch(() => undefined);
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        if (!isLeaving) await eachBatch(payload);
      },
    });
    const failed = await Promise.race([joined, lost]);
    if (failed) throw failed;
    return { lost, leave, heardAt: () => Math.min(fetchedAt, beatAt) };
  } catch (error) {
    await leave();
    throw error;
  }
}

const recordsOf = ({ messages }: EachBatchPayload['batch']) =>
  messages.map(({ offset, key, value }) => kafkaRecord(Number(offset), key, value));

/**
 * Our assignment strategy in the form that kafkajs wants. A member sends the partitions it is handling as its user
 * data.
 */
const assigner =
  (lanes: GroupLanes): PartitionAssigner =>
  ({ cluster }) => ({
    name: sharingName,
    version: 1,
    protocol: ({ topics }) => ({
      name: sharingName,
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: encodeInHand(lanes.freeze()) }),
    }),
    async assign({ members }) {
      const claims = members.map(({ memberId: id, memberMetadata }) => {
        const { topics = [], userData } = AssignerProtocol.MemberMetadata.decode(memberMetadata) ?? {};
        return { id, topics, inHand: decodeInHand(userData) };
      });
      const assignment = assignPartitions(claims, (topic) => cluster.findTopicPartitionMetadata(topic).length);
      return [...assignment].map(([memberId, topics]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment: Object.fromEntries(topics),
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
