import type { Domain } from '#platform/domain/domain.ts';
import type { SealedRows } from '#platform/pii/sealedRows.ts';
import { deliver, type Outcome } from './deliver.ts';
import type { BusMessage, BusSubscription, EventBus } from './eventBus.ts';
import { keepInbox } from './inbox.ts';
import type { Consumer } from './consumer.ts';
import { prepareReadModels, runOperations } from './operations.ts';

export interface RunningConsumers {
  /** Waits for the events that are being handled. None is handled any more once this resolves. */
  stop(): Promise<void>;
}

const hourMs = 3_600_000;

/**
 * Runs a domain's consumers, and its projections (see `projectReadModels`), each in a consumer group of its own; also
 * does the operations that operators ask for, such as replays. Resolves when all consumers have joined their groups. If
 * one cannot join, all are stopped and this rejects.
 */
export async function runConsumers(
  domain: Domain,
  consumers: readonly Consumer[],
  bus: EventBus,
  sealed?: SealedRows,
): Promise<RunningConsumers> {
  refuseDoubleNames(consumers);
  // This fails while somebody locks the table (a backup). Events then go to its default partition, and nothing is lost.
  const keep = () =>
    keepInbox(domain).catch((error: unknown) =>
      domain.log.warn({ err: error }, 'the partitions of the inbox could not be kept up; it is tried again in an hour'),
    );
  await keep();
  await prepareReadModels(domain, consumers);
  const housekeeping = setInterval(() => void keep(), hourMs).unref();
  const subscriptions: BusSubscription[] = [];
  const stop = async () => {
    clearInterval(housekeeping);
    await Promise.all(subscriptions.map((subscription) => subscription.close()));
  };
  try {
    subscriptions.push(await runOperations(domain, { consumers, sealed }));
    // All joins are waited for, even after one has failed: a consumer that joined later would stay a member of its
    // group with nobody to stop it.
    const joined = await Promise.allSettled(
      consumers.map(async (consumer) => {
        const labels = { domain: domain.name, consumer: consumer.name };
        domain.metrics?.begin('consumerMessages', labels);
        if (consumer.takeAndHandle) domain.metrics?.begin('projectionsInSteps', labels);
        const topics = [...new Set(consumer.events.map(({ topic }) => topic))];
        subscriptions.push(
          await bus.consume(consumer.name, topics, (message) => deliverCounted(domain, consumer, message)),
        );
      }),
    );
    const failed = joined.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** Delivers a message and counts the outcome. Rejects as `deliver` does, and the bus then delivers it again. */
async function deliverCounted(domain: Domain, consumer: Consumer, message: BusMessage): Promise<void> {
  const labels = { domain: domain.name, consumer: consumer.name };
  const began = performance.now();
  let outcome: Outcome | 'retried' = 'retried';
  try {
    outcome = await deliver(domain, consumer, message);
  } finally {
    domain.metrics?.count('consumerMessages', { ...labels, outcome });
    if (outcome !== 'ignored') domain.metrics?.observe('consumerDuration', labels, (performance.now() - began) / 1_000);
  }
}

function refuseDoubleNames(consumers: readonly Consumer[]): void {
  const names = consumers.map(({ name }) => name);
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double) throw new Error(`two consumers are called ${double}: each would get only a part of the events`);
}
