import {
  PaymentCommandService,
  PaymentResult_Outcome as Outcome,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import type { Refused, StepCall, Taken } from '#platform/sagas/saga.ts';
import type { Orders } from '../context.ts';
import { readOrder } from './placedOrder.ts';

const payments = ({ domain }: StepCall<Orders>) => domain.rpc.client(PaymentCommandService);

/** Holds the money of the order. It is taken as CHALLENGED when the guest has to confirm with their bank first. */
export async function authorise(call: StepCall<Orders>): Promise<Refused | Taken | void> {
  const order = await readOrder(call);
  if (order.paymentMethodToken === null) throw new Error('the payment method was deleted before the saga ended');
  const { outcome } = await payments(call).authorise({
    orderId: order.id,
    amount: BigInt(order.total),
    currency: order.currency,
    exponent: order.exponent,
    methodToken: order.paymentMethodToken,
    customerId: order.customerId ?? '',
    storeId: order.storeId,
    idempotencyKey: call.key,
    payerPresent: order.customerId !== null,
  });
  if (outcome === Outcome.AUTHORISED) return undefined;
  if (outcome === Outcome.CHALLENGED) return { taken: challenged };
  if (outcome === Outcome.DECLINED || outcome === Outcome.REFUSED) return { refused: 'PAYMENT_DECLINED' };
  throw new Error(`payments answered ${Outcome[outcome]} to an authorisation`);
}

/** How `authorise` was taken when the guest still has to confirm the payment with their bank. */
export const challenged = 'CHALLENGED';

/** Asks whether the guest has confirmed: a message that says so may be on its way, or lost. */
export async function checkChallenge(call: StepCall<Orders>): Promise<'CONFIRMED' | 'REFUSED' | 'OPEN'> {
  const { outcome } = await payments(call).checkChallenge({ orderId: call.sagaId });
  if (outcome === Outcome.AUTHORISED) return 'CONFIRMED';
  if (outcome === Outcome.CHALLENGED) return 'OPEN';
  if (outcome === Outcome.DECLINED) return 'REFUSED';
  throw new Error(`payments answered ${Outcome[outcome]} to a question about a challenge`);
}

/**
 * Captures the payment.
 * @returns false when the bank refuses to pay the money out
 */
export async function capture(call: StepCall<Orders>): Promise<boolean> {
  const { outcome } = await payments(call).capture({ orderId: call.sagaId, idempotencyKey: call.key });
  if (outcome === Outcome.CAPTURED) return true;
  if (outcome === Outcome.DECLINED || outcome === Outcome.REFUSED) return false;
  throw new Error(`payments answered ${Outcome[outcome]} to a capture`);
}

/**
 * Compensates `authorise`: releases the authorised amount. When staff have captured it in the meantime, it is
 * refunded instead.
 */
export async function voidAuthorisation(call: StepCall<Orders>): Promise<void> {
  const { outcome, reason } = await payments(call).void(request(call, 'void'));
  if (outcome === Outcome.REFUSED && reason === 'already_captured') return refund(call);
  if (outcome !== Outcome.VOIDED) throw new Error(`payments answered ${Outcome[outcome]} (${reason}) to a void`);
}

/**
 * Compensates `capture`: refunds the captured amount. When the bank had refused the capture, nothing was taken, so
 * the authorisation is voided instead. A refused refund is not accepted: it throws, so that the saga tries again
 * until the money is paid back, and logs an error each time.
 */
export async function refund(call: StepCall<Orders>): Promise<void> {
  const { outcome, reason } = await payments(call).refund(request(call, 'refund'));
  if (outcome === Outcome.REFUSED && reason === 'not_captured') return voidAuthorisation(call);
  if (outcome !== Outcome.REFUNDED) throw new Error(`payments answered ${Outcome[outcome]} (${reason}) to a refund`);
}

const request = ({ sagaId }: StepCall<Orders>, what: 'void' | 'refund') => ({
  orderId: sagaId,
  idempotencyKey: `${sagaId}:${what}`,
});
