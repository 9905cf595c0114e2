import type { CallerLimits } from '../access/callerLimits.ts';
import { Refusal } from '../errors/refusal.ts';
import type { StreamSink } from './streamSink.ts';
import type { Opening } from './routedSubscription.ts';
import type { CheckedRequest, Subscriptions } from './subscriptions.ts';

/**
 * Opens a stream and counts it against its caller's limit of subscriptions until it ends. @throws Refusal if the caller
 * has too many
 */
export async function openCounted(
  subscriptions: Subscriptions,
  checked: CheckedRequest,
  sink: StreamSink,
  limits: CallerLimits,
): Promise<Opening> {
  const release = limits.reserveSubscription(checked.request.principal());
  if (!release) throw Refusal.tooMany('document', 'You have too many subscriptions open. End some first.');
  try {
    const opening = await subscriptions.open(checked, sink, release);
    if (opening.kind === 'refused') release();
    return opening;
  } catch (error) {
    release();
    throw error;
  }
}
