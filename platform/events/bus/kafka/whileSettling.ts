import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Error codes of a cluster in which topics are just being made: part of the cluster does not know them yet, or does not
 * serve them yet. These are the names of Kafka's protocol, which both client libraries use.
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

/**
 * Runs `attempt` again and again while it fails by one of those codes, for at most `withinMs`; rejects with any other
 * failure at once.
 */
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
 * Looks into wrapped errors, too: kafkajs wraps the broker's answer when its own tries are used up, and
 * `@platformatic/kafka` collects the failures of all brokers. The latter also replaces UNKNOWN_TOPIC_OR_PARTITION, when
 * asked for a topic's metadata, by an error without the code, which can be told by its text alone.
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
