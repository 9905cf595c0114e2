import { PaymentChallenged, PaymentProcessed } from '#schema/events/payments.ts';
import { failPoint } from '#platform/faults/failPoint.ts';
import { runWithTrace, type Trace } from '#platform/telemetry/trace.ts';
import type { Payments } from '../context.ts';
import { settle } from '../payment.ts';
import type { ProviderOf } from '../config.ts';
import { askProvider } from './askProvider.ts';
import { readState, type Command, type Paid } from './orderState.ts';
import type { PaymentAnswer } from './processPayment.ts';

/** A command that is stored and has no outcome yet. */
export interface Intent {
  readonly command: Command;
  /** The payment in its status while the provider is asked. */
  readonly payment: Paid;
  /** Whether the provider may have received the command already. */
  readonly heard: 'no' | 'perhaps';
}

/**
 * Learns the outcome of an intent from the payment provider, and stores it with its event. Several callers may do so
 * at once: the answer of the first one counts for all, and the provider moves the money once. The event has the trace
 * of the command, also where the provider's own notice is here before its answer.
 */
export function finishIntent(domain: Payments, providerOf: ProviderOf, intent: Intent): Promise<PaymentAnswer> {
  const trace = intent.command.trace as Trace | null;
  const work = (): Promise<PaymentAnswer> => finish(domain, providerOf, intent);
  return trace ? runWithTrace(trace, work) : work();
}

async function finish(domain: Payments, providerOf: ProviderOf, intent: Intent): Promise<PaymentAnswer> {
  failPoint('payments.intentWritten');
  const asked = await askProvider(providerOf(intent.payment), intent);
  failPoint('payments.providerAnswered');
  const { command, payment } = intent;
  const { outcome, reason, challenge } = asked;
  const answer = { outcome, reason, paymentId: payment.id };
  const { moved, ...after } = settle(command.kind, outcome, payment, command.amount);
  const now = domain.clock();
  const common = {
    paymentId: payment.id,
    orderId: payment.orderId,
    storeId: payment.storeId,
    customerId: payment.customerId,
    currency: payment.currency,
    exponent: payment.exponent,
    amount: moved,
    at: now.toISOString(),
  };
  const event =
    outcome === 'CHALLENGED'
      ? PaymentChallenged.of({ ...common, expiresAt: challenge!.expiresAt.toISOString() })
      : PaymentProcessed.of({ ...common, outcome, captured: after.captured, refunded: after.refunded, reason });
  // While a command has no outcome, only a dispute adds to the payment's stream, and changes none of its amounts.
  const written = await domain.appendAtOnce(
    [{ expectedVersion: null, events: [event] }],
    `WITH settled AS (
       UPDATE payment_command SET outcome = $3::outcome, reason = $4, settled_at = $5
        WHERE key = $6 AND provider_key = $7::uuid AND outcome IS NULL
       RETURNING $1::jsonb AS events
     ), appended AS MATERIALIZED (
       SELECT a.version FROM settled CROSS JOIN LATERAL platform.append_events(settled.events, $2::jsonb) AS a
     )
     UPDATE payment SET version = appended.version, status = $8::payment_status, captured = $9, refunded = $10,
            failure_reason = $4, method_token = NULL, updated_at = $5,
            authorisation_id = coalesce($11, authorisation_id), capture_id = coalesce($12, capture_id),
            challenge_url = $13, challenge_expires_at = $14
       FROM appended WHERE payment.id = $15::uuid
     RETURNING payment.version`,
    [
      ...[outcome, reason, now, command.key, command.providerKey],
      ...[after.status, after.captured, after.refunded, asked.authorisationId ?? null, asked.captureId ?? null],
      ...[challenge?.url ?? null, challenge?.expiresAt ?? null, payment.id],
    ],
  );
  if (written.length > 0) return answer;
  const { known } = await readState(domain, payment.orderId, command.key);
  // Somebody else has learned the outcome first; or a caller that insists has asked the provider anew, under another
  // key, and this is the outcome of an earlier try.
  return known?.outcome ? { outcome: known.outcome, reason: known.reason, paymentId: known.paymentId } : answer;
}
