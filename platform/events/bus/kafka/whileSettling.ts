import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Answers of a cluster in which somebody makes topics just now: part of it has not heard of them yet, or has not opened
 * them. By the protocol's names, which both libraries use.
 */
const settling = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'NOT_LEADER_OR_FOLLOWER',
  'NOT_CONTROLLER',
  'TOPIC_ALREADY_EXISTS',
]);

/** Tries again while the cluster settles, for at most `withinMs`; rejects with any other failure at once. */
export async function whileSettling<T>(attempt: () => Promise<T>, withinMs: number): Promise<T> {
  for (const deadline = performance.now() + withinMs; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isSettling(error) || performance.now() > deadline) throw error;
      await sleep(Math.min(100, withinMs / 10));
    }
  }
}

/**
 * The libraries wrap what a broker answered: kafkajs once its own tries are used up, `@platformatic/kafka` with the
 * failures of all brokers; asked for the metadata of a topic, this one puts an error without the broker's code in place
 * of UNKNOWN_TOPIC_OR_PARTITION, and tells it by its text alone.
 */
function isSettling(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const {
    code,
    type,
    apiId,
    cause,
    errors = [],
  } = error as Error & { code?: unknown; type?: string; apiId?: string; errors?: readonly unknown[] };
  if (code === 'PLT_KFK_USER' && error.message.startsWith('Unknown topic ')) return true;
  return settling.has(type ?? '') || settling.has(apiId ?? '') || isSettling(cause) || errors.some(isSettling);
}
