import type { Domain } from '#platform/domain/domain.ts';
import { deliver, type Outcome } from './deliver.ts';
import type { BusMessage, BusSubscription, EventBus } from './eventBus.ts';
import { keepInbox } from './inbox.ts';
import type { Consumer } from './onEvent.ts';
import { prepareReadModels, runOperations } from './operations.ts';

export interface RunningConsumers {
  /** Finishes the events in hand; none is handled any more once this resolves. */
  stop(): Promise<void>;
}

const hourMs = 3_600_000;

/**
 * Lets consumers (and projections, see `projectReadModels`) hear the bus, each as a group of its own, and does what
 * operators ask for: replays and rebuilds. Resolves when all have joined.
 */
export async function runConsumers(
  domain: Domain,
  consumers: readonly Consumer[],
  bus: EventBus,
): Promise<RunningConsumers> {
  refuseDoubleNames(consumers);
  // Where somebody holds the table (a backup) events go to its default partition meanwhile.
  const keep = () =>
    keepInbox(domain).catch((error: unknown) => domain.log.warn({ err: error }, 'keeping the inbox failed'));
  await keep();
  await prepareReadModels(domain, consumers);
  const housekeeping = setInterval(() => void keep(), hourMs).unref();
  const subscriptions: BusSubscription[] = [];
  const stop = async () => {
    clearInterval(housekeeping);
    await Promise.all(subscriptions.map((subscription) => subscription.close()));
  };
  try {
    subscriptions.push(await runOperations(domain, consumers));
    // All are waited for: one that joins after another failed would be left behind, a member of its group that nobody
    // stops.
    const joined = await Promise.allSettled(
      consumers.map(async (consumer) => {
        domain.metrics?.begin('consumerMessages', { domain: domain.name, consumer: consumer.name });
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

/** Rejects as `deliver` does: the bus then tries again. */
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
  if (double) throw new Error(`two consumers are called ${double}: each would hear half of the events`);
}
