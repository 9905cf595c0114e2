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
  const counted = limits.reserveSubscription(checked.request.caller.principal);
  if (!counted) throw Refusal.tooMany('document', 'You have too many subscriptions open. End some first.');
  try {
    const opening = await subscriptions.open(checked, sink, counted);
    if (opening.kind === 'refused') counted.release();
    return opening;
  } catch (error) {
    counted.release();
    throw error;
  }
}
